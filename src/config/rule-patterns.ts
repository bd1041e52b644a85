import { explosion, explosionText } from "../rules/explosion.ts";
import { compilePattern } from "../rules/pattern.ts";
import type { ConditionConfig, ConditionsConfig, PatternConfig, PatternSyntax } from "../rules/rule-config.ts";
import { builtInDefaults } from "./defaults.ts";
import { conditionHint, pathHint, wildcardHint } from "./pattern-hints.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { variableKind } from "../rules/server-variables.ts";
import { templateParts } from "../rules/template-parts.ts";
import { variableName } from "../rules/variable-name.ts";
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
  rules: RuleContext,
): ResolvedPattern {
  const { pattern, ignoreCase, negate } = typeof written === "string" ? { pattern: written } : written;
  const config = { pattern, ignoreCase: ignoreCase ?? defaults.ignoreCase, negate: negate ?? defaults.negate };
  const compiled = compilePattern(pattern, syntax, config.ignoreCase);
  const at = typeof written === "string" ? path : [...path, "pattern"];
  const { findings } = rules.context;
  if (!compiled.ok) {
    findings.problem(at, `${quote(pattern)} can't be used: ${compiled.fault}${wildcardHint(pattern, syntax)}`);
  } else if (compiled.pattern.engine === "linear") warnOfExplosion(config, at, rules);
  // What is wrong with the pattern is not also wrong with what refers to it.
  const groups = compiled.ok ? compiled.pattern.groups : 99;
  return { config, groups: config.negate ? -1 : groups };
}

/** To look at one takes some milliseconds: who has more than that has been warned often enough. */
const mostLooked = 100;

/** It can't stall this router, but what it was copied from, or is copied to. */
function warnOfExplosion({ pattern, ignoreCase }: PatternConfig, path: Path, { looked, context }: RuleContext): void {
  if (looked.has(pattern) || looked.size >= mostLooked) return;
  looked.add(pattern);
  const found = explosion(pattern, ignoreCase);
  if (found === null) return;
  context.findings.warning(
    path,
    `${quote(pattern)} takes exponential time where regular expressions go back in their input, as in IIS: ${quote(found.part)} can match the same text in many ways, such as ${explosionText(found, 30)}. Here it can't, but it runs in a slower engine: write it so that each text matches in one way`,
  );
}

/** The pattern of a rule's path. */
export function resolvePath(
  written: PatternDocument,
  syntax: PatternSyntax,
  path: Path,
  rules: RuleContext,
): ResolvedPattern {
  const resolved = resolvePattern(written, syntax, path, rules);
  const hint = pathHint(resolved.config, syntax);
  if (hint !== null) rules.context.findings.warning(typeof written === "string" ? path : [...path, "pattern"], hint);
  return resolved;
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
    checkInput(condition.input, [...at, "input"], rules);
    checkTemplate(condition.input, [...at, "input"], { ...rules, ruleGroups, conditionGroups, response });
    const { config, groups } = resolvePattern(condition, syntax, at, rules);
    conditionGroups = after(conditionGroups, groups, captures);
    const { input } = condition;
    const hint = conditionHint({ ...config, input }, syntax, (name) => rules.variables.has(name));
    if (hint !== null) rules.context.findings.warning([...at, "pattern"], hint);
    return { ...config, input };
  });
  return { config: { grouping: match, captures, conditions: resolved }, groups: conditionGroups };
}

/** Which of several matched last is known only at the request: what any of them has may be meant. */
function after(before: number, groups: number, captures: "last" | "all"): number {
  if (groups === -1) return before;
  return captures === "all" && before !== -1 ? before + groups : Math.max(before, groups);
}

/** Warns of an input in which nothing stands for a value. */
function checkInput(input: string, path: Path, { context, variables }: RuleContext): void {
  if (templateParts(input).some(({ kind }) => kind !== "text")) return;
  const name = variableName(input);
  const isName = variables.has(name) || variableKind(name) !== "unknown" || name.startsWith("RESPONSE_");
  const remedy = isName ? `write ${quote(`{${input}}`)}` : 'write what is to be compared, such as "{HTTP_HOST}"';
  context.findings.warning(path, `${quote(input)} is the same text for every request: ${remedy}`);
}
