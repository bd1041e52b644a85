import type { ClientSide } from "../forward/client-side.ts";
import type { Exchange } from "../forward/exchange.ts";
import { redirectAsRule, respondAsRule, respondFault } from "../forward/own-response.ts";
import type { RequestChanges } from "../forward/request-changes.ts";
import { consistsOf, hostCharacters } from "../http/characters.ts";
import { mayAuthenticateConnection } from "../http/connection-auth.ts";
import { originTarget } from "../http/request-head.ts";
import { literalPath } from "../http/routing-path.ts";
import type { InboundRules } from "../rules/compile-rules.ts";
import type { ForwardOutcome, RuleOutcome } from "../rules/rule-outcome.ts";
import type { RuleRequest } from "../rules/rule-request.ts";
import type { RoutedFarm } from "./routed-farm.ts";
import type { Senders } from "./senders.ts";

/** The rules of a configuration, tried before its routes. */
export class RequestRules {
  readonly #rules: InboundRules;
  /** By lower-case names. */
  readonly #farms: ReadonlyMap<string, RoutedFarm>;
  readonly #request: ClientRequest;

  constructor(rules: InboundRules, farms: ReadonlyMap<string, RoutedFarm>, senders: Senders) {
    this.#rules = rules;
    this.#farms = new Map([...farms].map(([name, farm]) => [name.toLowerCase(), farm]));
    this.#request = new ClientRequest(senders);
  }

  /** The farm that rules have chosen; null = the routes decide; "answered" = nothing is left to do. */
  apply(exchange: Exchange): RoutedFarm | "answered" | null {
    const { client } = exchange;
    const outcome = this.#outcomeFor(client);
    if (outcome === "malformed") {
      respondFault(client, "bad-request");
      return "answered";
    }
    if (outcome.kind !== "forward") {
      answer(client, outcome);
      return "answered";
    }
    exchange.changes = changesOf(outcome, client);
    client.record.rule = outcome.rule ?? "";
    return outcome.farm === null ? null : this.#farmOf(exchange, outcome.farm);
  }

  #outcomeFor(client: ClientSide): RuleOutcome | "malformed" {
    const request = this.#request.of(client);
    const outcome = this.#rules.apply(request, null);
    if (outcome === "malformed" || literalPath(request.target) === null) return outcome;
    // Where a server that resolves nothing would read another path, and rules would have it go elsewhere, nobody can say
    // what was meant, and a rule could be got round.
    const literal = this.#rules.applyLiteral(request);
    return isSameWay(outcome, literal) ? outcome : "malformed";
  }

  #farmOf(exchange: Exchange, name: string): RoutedFarm | "answered" {
    const farm = this.#farms.get(name.toLowerCase());
    if (farm !== undefined) return farm;
    respondFault(exchange.client, "no-such-farm");
    return "answered";
  }
}

function isSameWay(one: RuleOutcome, other: RuleOutcome | "malformed"): boolean {
  if (other === "malformed" || one.kind !== other.kind || one.rule !== other.rule) return false;
  return one.kind !== "forward" || other.kind !== "forward" || one.farm === other.farm;
}

function answer(client: ClientSide, outcome: Exclude<RuleOutcome, ForwardOutcome>): void {
  client.record.rule = outcome.rule;
  if (outcome.kind === "redirect") redirectAsRule(client, outcome.status, outcome.location);
  else if (outcome.kind === "respond") respondAsRule(client, outcome.status, outcome.reason, outcome.body);
  else {
    client.record.failed("aborted-by-rule");
    client.abort();
  }
}

/** null = it is sent on as it came. */
function changesOf({ target, headers }: ForwardOutcome, client: ClientSide): RequestChanges | null {
  if (target === null && headers.size === 0) return null;
  const { head } = client;
  const replaced: string[] = [];
  let lines = "";
  let host: string | null = null;
  for (const [name, value] of headers) {
    if (name === "host") host = consistsOf(hostCharacters, value, 0, value.length) ? value : null;
    else {
      replaced.push(name);
      if (value !== "") lines += `${fieldName(name)}: ${value}\r\n`;
      if (name.endsWith("authorization")) head.connectionAuth ||= mayAuthenticateConnection(value);
    }
  }
  if (target === null || replaced.includes("x-original-url")) return { target, host, replaced, lines };
  // As ARR does; nobody else's word for it is passed on.
  replaced.push("x-original-url");
  return { target, host, replaced, lines: `${lines}X-Original-URL: ${originTarget(head)}\r\n` };
}

/** "x-forwarded-proto" -> "X-Forwarded-Proto" */
function fieldName(lowerCase: string): string {
  return lowerCase.replaceAll(/(?<![^-])[a-z]/g, (letter) => letter.toUpperCase());
}

/** A client's request as rules read it; one object for all of them. */
class ClientRequest implements RuleRequest {
  readonly #senders: Senders;
  #client: ClientSide | null = null;

  constructor(senders: Senders) {
    this.#senders = senders;
  }

  of(client: ClientSide): this {
    this.#client = client;
    return this;
  }

  get #side(): ClientSide {
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
