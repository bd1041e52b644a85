import { compilePattern } from "../rules/pattern.ts";
import type { ConditionConfig, ConditionsConfig, PatternConfig, PatternSyntax } from "../rules/rule-config.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { checkTemplate, type RuleContext } from "./rule-context.ts";
import type { ConditionDocument, PatternDocument } from "./rule-schema.ts";

const defaults = builtInDefaults.rule;

interface ResolvedPattern {
  readonly config: PatternConfig;
  /** -1 = it captures nothing. */
  readonly groups: number;
}

export function resolvePattern(
  written: PatternDocument,
  syntax: PatternSyntax,
  path: Path,
  { context }: RuleContext,
): ResolvedPattern {
  const { pattern, ignoreCase, negate } = typeof written === "string" ? { pattern: written } : written;
  const config = { pattern, ignoreCase: ignoreCase ?? defaults.ignoreCase, negate: negate ?? defaults.negate };
  const compiled = compilePattern(pattern, syntax, config.ignoreCase);
  const at = typeof written === "string" ? path : [...path, "pattern"];
  if (!compiled.ok) context.findings.problem(at, `${quote(pattern)} can't be used: ${compiled.fault}`);
  // What is wrong with the pattern is not also wrong with what refers to it.
  const groups = compiled.ok ? compiled.pattern.groups : 99;
  return { config, groups: config.negate ? -1 : groups };
}

interface ConditionPlaces {
  readonly syntax: PatternSyntax;
  /** Of what has the conditions. */
  readonly path: Path;
  readonly ruleGroups: number;
  readonly response: boolean;
}

interface WrittenConditions {
  readonly conditions?: readonly ConditionDocument[] | undefined;
  readonly match?: "all" | "any" | undefined;
  readonly captures: "last" | "all";
}

/** `groups`: the highest {C:n} there is behind them; -1 = none. */
export function resolveConditions(
  { conditions = [], match = defaults.match, captures }: WrittenConditions,
  { syntax, path, ruleGroups, response }: ConditionPlaces,
  rules: RuleContext,
): { readonly config: ConditionsConfig; readonly groups: number } {
  let conditionGroups = -1;
  const resolved = conditions.map((condition, index): ConditionConfig => {
    const at = [...path, "conditions", index];
    checkTemplate(condition.input, [...at, "input"], { ...rules, ruleGroups, conditionGroups, response });
    const { config, groups } = resolvePattern(condition, syntax, at, rules);
    conditionGroups = after(conditionGroups, groups, captures);
    return { ...config, input: condition.input };
  });
  return { config: { grouping: match, captures, conditions: resolved }, groups: conditionGroups };
}

/** Which of several matched last is known only at the request: what any of them has may be meant. */
function after(before: number, groups: number, captures: "last" | "all"): number {
  if (groups === -1) return before;
  return captures === "all" && before !== -1 ? before + groups : Math.max(before, groups);
}
