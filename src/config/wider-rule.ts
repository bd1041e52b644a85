import { compileHostTest } from "../rules/host-test.ts";
import { matchesAll } from "../rules/pattern-shape.ts";
import type { ConditionConfig, RuleConfig } from "../rules/rule-config.ts";

/** Does it match whatever path there is, one that a rule before it has made too? */
function takesAnyPath({ path, syntax }: RuleConfig): boolean {
  return path === null || (!path.negate && matchesAll(path.pattern, syntax));
}

/** Does `wide`, which takes any path, ask for nothing that `narrow` has not asked for already? */
function isWider(wide: RuleConfig, narrow: RuleConfig): boolean {
  if (!coversHost(wide.host, narrow.host) || (wide.https !== null && wide.https !== narrow.https)) return false;
  if (wide.grouping === "any" && wide.conditions.length > 1) return false;
  const asked = narrow.grouping === "all" || narrow.conditions.length < 2 ? narrow.conditions : [];
  return wide.conditions.every((one) => asked.some((other) => isSame(one, other, wide.syntax === narrow.syntax)));
}

function coversHost(wide: string | null, narrow: string | null): boolean {
  if (wide === null || wide === narrow) return true;
  return narrow !== null && !narrow.includes("*") && compileHostTest(wide)(narrow);
}

function isSame(one: ConditionConfig, other: ConditionConfig, sameSyntax: boolean): boolean {
  return sameSyntax && JSON.stringify(one) === JSON.stringify(other);
}

/** The rules that take any path, found by the host of those that they are wider than. */
export class WideRules {
  /** By host; null = any. In order. */
  readonly #byHost = new Map<string | null, NumberedRule[]>();
  /** The hosts that may stand for others. */
  readonly #patterns: readonly (string | null)[];

  constructor(rules: readonly RuleConfig[]) {
    for (const [number, rule] of rules.entries()) {
      if (!takesAnyPath(rule)) continue;
      const list = this.#byHost.get(rule.host);
      if (list === undefined) this.#byHost.set(rule.host, [{ number, rule }]);
      else list.push({ number, rule });
    }
    this.#patterns = [...this.#byHost.keys()].filter((host) => host === null || host.includes("*"));
  }

  /** Of the rules from number `from` to before `to`, those that are wider than this one, in order. */
  of(narrow: RuleConfig, from: number, to: number): RuleConfig[] {
    const hosts = new Set([...this.#patterns, narrow.host]);
    return [...hosts]
      .flatMap((host) => this.#byHost.get(host) ?? [])
      .filter(({ number, rule }) => number >= from && number < to && isWider(rule, narrow))
      .toSorted((a, b) => a.number - b.number)
      .map(({ rule }) => rule);
  }
}

interface NumberedRule {
  readonly number: number;
  readonly rule: RuleConfig;
}
