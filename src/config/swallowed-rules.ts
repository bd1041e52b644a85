import { matchesAll } from "../rules/pattern-shape.ts";
import type { RuleConfig } from "../rules/rule-config.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";

/**
 * Warns of rules that send a request to a farm and let it go on to a rule that takes it away from there again, since it
 * matches all that the first one does. That is nearly always a `stop` that was forgotten.
 */
export function warnOfSwallowed(
  { rules }: Document,
  inbound: readonly RuleConfig[],
  { findings }: ResolveContext,
): void {
  if (!inbound.some(goesOn)) return;
  const needs = inbound.map((rule) => (takesAll(rule) ? needsOf(rule) : null));
  const behind = new TakersBehind(needs);
  const places = new Map(rules.toReversed().map(({ path, value }) => [value?.name, path]));
  // From the last one on: a rule is undone by those behind it alone.
  for (const [index, rule] of [...inbound.entries()].toReversed()) {
    const taker = goesOn(rule) ? behind.firstFor(needsOf(rule)) : null;
    const path = places.get(rule.name);
    if (taker !== null && path !== undefined) findings.warning(path, swallowed(inbound[taker]?.name ?? ""));
    behind.include(index);
  }
}

function swallowed(taker: string): string {
  return `what this rule sends to a farm goes on to the rule ${quote(taker)}, which matches all of it and has the last word: write \`stop: true\` here, or change their order`;
}

/** Does it send to a farm, and leave the request to the rules behind it? */
function goesOn({ action, stop }: RuleConfig): boolean {
  return !stop && action.kind === "rewrite" && action.farm !== null;
}

/** Does it match whatever path a rule before it has made, and do something with the request? */
function takesAll({ path, syntax, action, grouping, conditions }: RuleConfig): boolean {
  if (action.kind === "none" || (grouping === "any" && conditions.length > 1)) return false;
  return path === null || (!path.negate && matchesAll(path.pattern, syntax));
}

type Needs = ReadonlySet<string>;

/** What a rule asks of a request beside its path, a text each. A rule that needs nothing else matches all that this one does. */
function needsOf({ host, https, grouping, conditions, syntax }: RuleConfig): Needs {
  const asked = grouping === "all" || conditions.length < 2 ? conditions : [];
  return new Set([
    ...(host === null ? [] : [`host ${host}`]),
    ...(https === null ? [] : [`https ${https}`]),
    ...asked.map((condition) => `${syntax} ${JSON.stringify(condition)}`),
  ]);
}

/** The numbers of rules that take all, by the rarest of their needs, so that thousands of them are not compared with each rule. */
class TakersBehind {
  readonly #needs: readonly (Needs | null)[];
  readonly #counts = new Map<string, number>();
  /** The last one of a list comes first among the rules; "" = they need nothing. */
  readonly #byRarest = new Map<string, number[]>();

  /** null = the rule takes not all. */
  constructor(needs: readonly (Needs | null)[]) {
    this.#needs = needs;
    for (const own of needs) for (const need of own ?? []) this.#counts.set(need, this.#count(need) + 1);
  }

  /** From the last rule on. */
  include(index: number): void {
    const needs = this.#needs[index] ?? null;
    if (needs === null) return;
    const [rarest = ""] = [...needs].toSorted((one, other) => this.#count(one) - this.#count(other));
    const list = this.#byRarest.get(rarest);
    if (list === undefined) this.#byRarest.set(rarest, [index]);
    else list.push(index);
  }

  /** The first of those that are included and need no more than this; null = there is none. */
  firstFor(needs: Needs): number | null {
    const found = ["", ...needs].flatMap(
      (need) => this.#byRarest.get(need)?.findLast((one) => this.#isFor(one, needs)) ?? [],
    );
    return found.length === 0 ? null : Math.min(...found);
  }

  #isFor(taker: number, needs: Needs): boolean {
    return [...(this.#needs[taker] ?? [])].every((need) => needs.has(need));
  }

  #count(need: string): number {
    return this.#counts.get(need) ?? 0;
  }
}
