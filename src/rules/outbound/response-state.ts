import type { ResponseHead } from "../../http/response-head.ts";
import type { ForwardOutcome } from "../rule-outcome.ts";
import type { RuleRequest } from "../rule-request.ts";
import { RuleState } from "../rule-state.ts";
import type { BodyRewriter } from "./body-rewriter.ts";
import { fieldValues } from "./field-values.ts";
import type { ResponseChanges } from "./response-changes.ts";

/** A response on its way through the rules, with the request it answers. One for each: bodies take their time. */
export class ResponseState extends RuleState {
  readonly #head: ResponseHead;
  readonly #values = new Map<string, readonly string[]>();
  readonly #changed = new Set<string>();
  #status: number;

  constructor(head: ResponseHead, request: RuleRequest, inbound: ForwardOutcome) {
    super();
    this.#head = head;
    this.#status = head.status;
    this.begin(request, false);
    if (inbound.target !== null) this.rewrite(inbound.target);
    for (const [name, value] of inbound.headers) this.setHeader(name, value);
    for (const [name, value] of inbound.variables) this.setVariable(name, value);
  }

  get status(): number {
    return this.#status;
  }

  set status(status: number) {
    this.#status = status;
  }

  /** Of a header of the response, lower case, as it is now. */
  values(name: string): readonly string[] {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const values = fieldValues(this.#head, name);
    this.#values.set(name, values);
    return values;
  }

  setValues(name: string, values: readonly string[]): void {
    this.#values.set(name, values);
    this.#changed.add(name);
  }

  /** null = nothing is changed. */
  changes(body: BodyRewriter | null): ResponseChanges | null {
    const status = this.#status === this.#head.status ? null : this.#status;
    if (status === null && body === null && this.#changed.size === 0) return null;
    return { status, headers: [...this.#changed].map((name) => [name, this.values(name)]), body };
  }
}
