import type { ClientSide } from "../forward/client-side.ts";
import { originTarget } from "../http/request-head.ts";
import type { RuleRequest } from "../rules/rule-request.ts";
import type { Senders } from "./senders.ts";

/** What rules read of a client. */
export type RuledClient = Pick<ClientSide, "head" | "origin" | "record" | "multiplexed">;

/** A client's request as rules read it; one object for all of them. */
export class ClientRequest implements RuleRequest {
  readonly #senders: Senders;
  #client: RuledClient | null = null;

  constructor(senders: Senders) {
    this.#senders = senders;
  }

  of(client: RuledClient): this {
    this.#client = client;
    return this;
  }

  get #side(): RuledClient {
    if (this.#client === null) throw new Error("there is no request");
    return this.#client;
  }

  get method(): string {
    return this.#side.head.method;
  }

  get target(): string {
    return originTarget(this.#side.head);
  }

  get host(): string {
    return this.#side.head.host;
  }

  get https(): boolean {
    return this.#side.origin.protocol === "https";
  }

  get version(): "1.0" | "1.1" | "2" {
    if (this.#side.multiplexed) return "2";
    return this.#side.head.minor === 0 ? "1.0" : "1.1";
  }

  get head(): string {
    return this.#side.head.text;
  }

  get fieldsStart(): number {
    return this.#side.head.fieldsStart;
  }

  get clientAddress(): string {
    return this.#senders.senderOf(this.#side)?.text ?? this.#side.origin.address;
  }

  get clientPort(): number {
    return this.#side.record.connection.clientPort;
  }

  get localAddress(): string {
    return this.#side.record.connection.localAddress;
  }

  get localPort(): number {
    return this.#side.record.connection.localPort;
  }
}
