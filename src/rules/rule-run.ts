import type { Captures } from "./pattern.ts";
import type { Rule } from "./rule.ts";
import type { Action } from "./rule-action.ts";
import type { RuleConfig } from "./rule-config.ts";
import type { Candidates } from "./rule-index.ts";
import { untouched, type RuleOutcome } from "./rule-outcome.ts";
import type { RuleRequest } from "./rule-request.ts";
import type { Setter } from "./rule-set.ts";
import { RuleState } from "./rule-state.ts";
import { shown, type ConditionStep, type RuleStep } from "./rule-trace.ts";

const noCaptures: Captures = [];
const nothingSet: RuleStep["set"] = [];

/** One request after the other through all rules; made once, as nothing of a request outlives `apply`. */
export class RuleRun {
  readonly #rules: readonly Rule[];
  readonly #candidates: Candidates;
  readonly #hostNames: (host: string) => string | null;
  readonly #state = new RuleState();
  /** The numbers of the rules that did something in the last `apply`, in order. */
  readonly #acted: number[] = [];
  #hostName = "";
  #farm: string | null = null;
  /** The rule that has rewritten it last. */
  #by: string | null = null;
  /** Of the present rule, for the trace. */
  #input = "";
  #tried: ConditionStep[] = [];

  constructor(rules: readonly Rule[], candidates: Candidates, hostNames: (host: string) => string | null) {
    this.#rules = rules;
    this.#candidates = candidates;
    this.#hostNames = hostNames;
  }

  apply(request: RuleRequest, steps: RuleStep[] | null, literally: boolean): RuleOutcome | "malformed" {
    const state = this.#state;
    this.#farm = null;
    this.#by = null;
    this.#acted.length = 0;
    const hostName = this.#hostNames(request.host);
    if (!state.begin(request, literally) || hostName === null) return "malformed";
    this.#locate(hostName);
    let at = -1;
    while ((at = this.#next(at + 1, steps)) !== -1) {
      const rule = this.#rules[at];
      const matched = rule !== undefined && this.#matches(rule, steps);
      if (state.exhausted) return "malformed";
      if (!matched) continue;
      if (rule.set.length > 0 || rule.action.kind !== "none") this.#acted.push(at);
      const outcome = this.#perform(rule, steps);
      if (outcome !== null) return outcome;
      if (rule.config.stop) break;
    }
    return this.#forward();
  }

  /** The rules that did something in the last `apply`; not to be kept. */
  get acted(): readonly number[] {
    return this.#acted;
  }

  /** The next rule that may match. */
  #next(from: number, steps: RuleStep[] | null): number {
    if (steps === null) return this.#candidates.next(from);
    return from < this.#rules.length ? from : -1;
  }

  /** What may match depends on host and path, which rules may change. */
  #locate(hostName: string | null): void {
    this.#hostName = hostName ?? "";
    this.#candidates.locate(hostName, this.#state.path);
  }

  #matches(rule: Rule, steps: RuleStep[] | null): boolean {
    const state = this.#state;
    state.ruleCaptures = noCaptures;
    state.forgetCaptures();
    if (steps === null) return this.#obstacle(rule, null) === "";
    this.#input = state.path;
    this.#tried = [];
    const obstacle = this.#obstacle(rule, this.#tried);
    if (obstacle !== "") this.#note(rule.config, obstacle, [], steps);
    return obstacle === "";
  }

  /** Why the rule does not match; "" = it does. */
  #obstacle({ config, host, path, conditions }: Rule, tried: ConditionStep[] | null): RuleStep["because"] {
    const state = this.#state;
    if (config.https !== null && config.https !== state.request.https) return "https";
    if (host !== null && !host(this.#hostName)) return "host";
    if (path === null) state.ruleCaptures = [state.path];
    else {
      const captures = state.match(path, state.path);
      const negate = config.path?.negate === true;
      if ((captures !== null) === negate) return "path";
      if (!negate) state.ruleCaptures = captures ?? noCaptures;
    }
    return conditions === null || conditions(state, tried) ? "" : "conditions";
  }

  /** The answer that ends it all; null = there is none yet. */
  #perform(rule: Rule, steps: RuleStep[] | null): RuleOutcome | "malformed" | null {
    const { config, set, action } = rule;
    const state = this.#state;
    const changed = this.#set(set, steps);
    const outcome = action.kind === "answer" ? action.answer(state) : null;
    const understood = action.kind !== "rewrite" || this.#rewrite(action, config.name);
    if (steps !== null) this.#note(config, "", changed, steps);
    if (!understood) return "malformed";
    if (outcome !== null) return outcome;
    // What a rule has made of the host need not be a name: then it is no rule's host, but a condition may still match it.
    if (!config.stop && (set.length > 0 || action.kind === "rewrite")) this.#locate(this.#hostNames(state.host));
    return null;
  }

  /** What was set to what is for the trace alone. */
  #set(setters: readonly Setter[], steps: RuleStep[] | null): RuleStep["set"] {
    if (steps === null) {
      for (const setter of setters) setter(this.#state);
      return nothingSet;
    }
    return setters.flatMap((setter) => {
      const done = setter(this.#state);
      return done === null ? [] : [done];
    });
  }

  /** false = the new path can't be understood. */
  #rewrite({ farm, rewrite }: Extract<Action, { kind: "rewrite" }>, name: string): boolean {
    // The farm's name first: its template is of what was matched, before the path changes.
    this.#farm = farm === null ? null : farm(this.#state).trim();
    this.#by = name;
    return rewrite === null || rewrite(this.#state);
  }

  #forward(): RuleOutcome {
    const { headers, variables, target, request } = this.#state;
    if (this.#by === null && headers === null && variables === null) return untouched;
    return {
      kind: "forward",
      rule: this.#by,
      farm: this.#farm,
      target: target === request.target ? null : target,
      headers: headers ?? untouched.headers,
      variables: variables ?? untouched.variables,
    };
  }

  #note(config: RuleConfig, because: RuleStep["because"], set: RuleStep["set"], steps: RuleStep[]): void {
    const state = this.#state;
    const matched = because === "";
    steps.push({
      rule: config.name,
      input: shown(this.#input),
      matched,
      because,
      path: config.path,
      captures: state.ruleCaptures.map(shown),
      conditions: this.#tried,
      conditionCaptures: state.conditionCaptures.map(shown),
      set: set.map(([name, value]) => [name, shown(value)]),
      action: matched ? config.action.kind : "",
      farm: matched && config.action.kind === "rewrite" && this.#farm !== null ? shown(this.#farm) : null,
      target: shown(state.target),
      stops: matched && (config.stop || !["none", "rewrite"].includes(config.action.kind)),
    });
  }
}
