import type { Captures, Pattern } from "./pattern.ts";
import { literalRulePath, pathOf, queryOf, rulePath } from "./rule-path.ts";
import type { RuleRequest } from "./rule-request.ts";

const none: Captures = [];

/** For one request, of all patterns together: some tenths of a second at worst. Those of usual requests are thousands. */
const maxWork = 4_000_000;

/** A request on its way through the rules. One object serves all requests, one after the other. */
export class RuleState {
  request: RuleRequest = nobody;
  /** As it would be sent on now: as it came, or as a rule made it. */
  target = "";
  /** The same without the query. */
  rawPath = "";
  /** The query as it came, or as a rule made it, without "?". */
  query = "";
  /** `rawPath` as rules compare it. */
  path = "";
  ruleCaptures: Captures = none;
  conditionCaptures: Captures = none;
  /** They are of a decoded path. */
  decodedCaptures = false;
  /** Headers by lower-case names, and other variables by upper-case names; null = none were set. */
  headers: Map<string, string> | null = null;
  variables: Map<string, string> | null = null;
  /** What patterns have cost so far, in steps of the linear engine. */
  #work = 0;
  #readPath = rulePath;

  /** `literally`: slashes and dots are left as they are. false = the path can't be understood. */
  begin(request: RuleRequest, literally: boolean): boolean {
    this.request = request;
    this.#work = 0;
    this.#readPath = literally ? literalRulePath : rulePath;
    this.headers = null;
    this.variables = null;
    return this.#goTo(request.target);
  }

  /** The path with a query that a rule has made; false = it can't be understood. */
  rewrite(target: string): boolean {
    return this.#goTo(target);
  }

  /** Host as it is now. */
  get host(): string {
    return this.headers?.get("host") ?? this.request.host;
  }

  /**
   * The captures of a pattern; null = no match. One long input after the other could keep the process busy: once too much is
   * spent nothing matches any more, and the request is to be refused (`exhausted`).
   */
  match(pattern: Pattern, input: string): Captures | null {
    if (pattern.cost > 0) {
      this.#work += pattern.cost * input.length;
      if (this.exhausted) return null;
    }
    return pattern.match(input);
  }

  get exhausted(): boolean {
    return this.#work > maxWork;
  }

  forgetCaptures(): void {
    this.conditionCaptures = none;
    this.decodedCaptures = false;
  }

  setHeader(name: string, value: string): void {
    this.headers ??= new Map();
    this.headers.set(name, value);
  }

  setVariable(name: string, value: string): void {
    this.variables ??= new Map();
    this.variables.set(name, value);
  }

  #goTo(target: string): boolean {
    this.target = target;
    this.rawPath = pathOf(target);
    this.query = queryOf(target);
    const path = this.#readPath(this.rawPath);
    this.path = path ?? "";
    return path !== null;
  }
}

const nobody: RuleRequest = {
  method: "",
  target: "",
  host: "",
  https: false,
  version: "1.1",
  head: "",
  fieldsStart: 0,
  clientAddress: "",
  clientPort: 0,
  localAddress: "",
  localPort: 0,
};
