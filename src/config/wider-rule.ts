import { matchesAll } from "../rules/pattern-shape.ts";
import type { RuleConfig } from "../rules/rule-config.ts";

/** Does it match whatever path there is, one that a rule before it has made too? */
function takesAnyPath({ path, syntax }: RuleConfig): boolean {
  return path === null || (!path.negate && matchesAll(path.pattern, syntax));
}

/** What a rule asks of a request beside its path, a text each; null = more than can be said so. */
function needsOf(rule: RuleConfig): readonly string[] | null {
  const { host, https, grouping, conditions } = rule;
  if (grouping === "any" && conditions.length > 1) return null;
  return [...(host === null ? [] : [`host ${host}`]), ...(https === null ? [] : [`https ${https}`]), ...asked(rule)];
}

function asked({ conditions, syntax }: RuleConfig): string[] {
  return conditions.map((condition) => `${syntax} ${JSON.stringify(condition)}`);
}

/** What is certain of the requests that a rule matches, in the same words. */
function certainOf(rule: RuleConfig): ReadonlySet<string> {
  const { host, https, grouping, conditions } = rule;
  return new Set([
    ...(host === null ? [] : hostsThatCover(host)),
    ...(https === null ? [] : [`https ${https}`]),
    ...(grouping === "all" || conditions.length < 2 ? asked(rule) : []),
  ]);
}

/** The host itself, and the patterns that stand for it. */
function hostsThatCover(host: string): string[] {
  const covers = [`host ${host}`];
  if (host.includes("*")) return covers;
  for (let dot = host.indexOf("."); dot !== -1; dot = host.indexOf(".", dot + 1)) {
    covers.push(`host *${host.slice(dot)}`, `host ${host.slice(0, dot + 1)}*`);
  }
  return covers;
}

interface WideRule {
  readonly number: number;
  readonly rule: RuleConfig;
  readonly needs: readonly string[];
}

/**
 * The rules that take any path, by the rarest of what they need: thousands of them are not compared with each of thousands
 * of others.
 */
export class WideRules {
  /** "" = they need nothing. In order. */
  readonly #byRarest = new Map<string, WideRule[]>();

  constructor(rules: readonly RuleConfig[]) {
    const wide = [...rules.entries()].flatMap(([number, rule]): WideRule[] => {
      const needs = takesAnyPath(rule) ? needsOf(rule) : null;
      return needs === null ? [] : [{ number, rule, needs }];
    });
    const counts = new Map<string, number>();
    for (const { needs } of wide) for (const need of needs) counts.set(need, (counts.get(need) ?? 0) + 1);
    const count = (need: string): number => counts.get(need) ?? 0;
    for (const one of wide) {
      const [rarest = ""] = one.needs.toSorted((a, b) => count(a) - count(b));
      const list = this.#byRarest.get(rarest);
      if (list === undefined) this.#byRarest.set(rarest, [one]);
      else list.push(one);
    }
  }

  /** Of the rules from number `from` to before `to`, those that ask for nothing that this one has not asked for, in order. */
  of(narrow: RuleConfig, from: number, to: number): RuleConfig[] {
    const certain = certainOf(narrow);
    return ["", ...certain]
      .flatMap((need) => this.#byRarest.get(need) ?? [])
      .filter(({ number, needs }) => number >= from && number < to && needs.every((need) => certain.has(need)))
      .toSorted((a, b) => a.number - b.number)
      .map(({ rule }) => rule);
  }
}
