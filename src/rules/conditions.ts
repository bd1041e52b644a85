import type { Captures, Pattern } from "./pattern.ts";
import { compilePattern } from "./pattern.ts";
import type { ConditionsConfig, PatternConfig, PatternSyntax } from "./rule-config.ts";
import type { RuleState } from "./rule-state.ts";
import { shown, type ConditionStep } from "./rule-trace.ts";
import { compileTemplate, type TemplateScope } from "./template.ts";
import { templateParts } from "./template-parts.ts";
import { isDecoded } from "./url-template.ts";

/** Whether the conditions hold; their captures are in the state. `steps` hears of each that was tried. */
export type Conditions = (state: RuleState, steps: ConditionStep[] | null) => boolean;

interface Condition {
  readonly config: PatternConfig & { readonly input: string };
  readonly read: (state: RuleState) => string;
  readonly pattern: Pattern;
  readonly decoded: boolean;
}

/** null = there are none: they hold, whatever the request. */
export function compileConditions(
  { conditions, grouping, captures }: ConditionsConfig,
  syntax: PatternSyntax,
  scope: TemplateScope,
): Conditions | null {
  if (conditions.length === 0) return null;
  const compiled = conditions.map((config): Condition => {
    const read = compileTemplate(config.input, scope);
    const decoded = isDecoded(templateParts(config.input));
    return { config, read, pattern: patternOf(config, syntax), decoded };
  });
  const isEnough = grouping === "any";
  const keep = captures === "all" ? addCaptures : takeCaptures;
  return (state, steps) => {
    state.forgetCaptures();
    for (const condition of compiled) {
      if (holds(condition, state, keep, steps) === isEnough) return isEnough;
    }
    return !isEnough;
  };
}

/** Patterns are checked when the configuration is read. */
export function patternOf({ pattern, ignoreCase }: PatternConfig, syntax: PatternSyntax): Pattern {
  const result = compilePattern(pattern, syntax, ignoreCase);
  if (!result.ok) throw new Error(`the pattern ${pattern}: ${result.fault}`);
  return result.pattern;
}

type KeepCaptures = (state: RuleState, captures: Captures, decoded: boolean) => void;

function holds(
  { config, read, pattern, decoded }: Condition,
  state: RuleState,
  keep: KeepCaptures,
  steps: ConditionStep[] | null,
): boolean {
  const value = read(state);
  const captures = state.match(pattern, value);
  const matched = (captures !== null) !== config.negate;
  if (captures !== null && !config.negate) keep(state, captures, decoded);
  if (steps !== null) {
    const kept = matched && captures !== null ? captures : [];
    steps.push({ ...config, value: shown(value), matched, captures: kept.map(shown) });
  }
  return matched;
}

const takeCaptures: KeepCaptures = (state, captures, decoded) => {
  state.conditionCaptures = captures;
  state.decodedCaptures = decoded;
};

/** {C:0} is the whole match of the first one, then the groups of all are numbered on. */
const addCaptures: KeepCaptures = (state, captures, decoded) => {
  const before = state.conditionCaptures;
  state.conditionCaptures = before.length === 0 ? captures : [...before, ...captures.slice(1)];
  state.decodedCaptures ||= decoded;
};
