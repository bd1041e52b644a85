import { mayHaveBody } from "../../http/body-status.ts";
import { compileConditions, patternOf, type Conditions } from "../conditions.ts";
import type { Pattern } from "../pattern.ts";
import { longestMatch } from "../pattern-shape.ts";
import type { OutboundRuleConfig, OutboundTargetConfig } from "../rule-config.ts";
import { headerText } from "../rule-set.ts";
import { compileTemplate, type Template, type TemplateScope } from "../template.ts";
import type { BodyRule, LongestMatch } from "./body-rule.ts";
import type { ResponseState } from "./response-state.ts";

/** An outbound rule made ready for use. */
export interface OutboundRule {
  readonly config: OutboundRuleConfig;
  /** null = it is for all responses. */
  readonly preCondition: Conditions | null;
  readonly pattern: Pattern;
  readonly longest: LongestMatch;
  readonly conditions: Conditions | null;
  /** null = nothing is changed. */
  readonly value: Template | null;
}

export function compileOutboundRule(config: OutboundRuleConfig, scope: TemplateScope): OutboundRule {
  const { preCondition, syntax, match, value } = config;
  return {
    config,
    preCondition: preCondition === null ? null : compileConditions(preCondition, preCondition.syntax, scope),
    pattern: patternOf(match, syntax),
    longest: longestMatch(match.pattern, syntax),
    conditions: compileConditions(config, syntax, scope),
    value: value === null ? null : compileTemplate(value, scope),
  };
}

/** Has it matched? A line of the header is judged by itself; where there is none, the rule sees an empty one. */
export function applyToHeader(rule: OutboundRule, name: string, state: ResponseState): boolean {
  const before = state.values(name);
  let matched = false;
  let changed = false;
  const after = (before.length === 0 ? [""] : before).flatMap((line) => {
    const value = matches(rule, line, state) ? newValue(rule, line, state) : undefined;
    matched ||= value !== undefined;
    if (value === undefined || value === null) return line === "" ? [] : [line];
    changed = true;
    return value === "" ? [] : [headerText(value)];
  });
  if (changed) state.setValues(name, after);
  return matched;
}

/** A status that has no body, or is none at all, is not put in the place of another one. */
export function applyToStatus(rule: OutboundRule, state: ResponseState): boolean {
  const line = String(state.status);
  if (!matches(rule, line, state)) return false;
  const value = newValue(rule, line, state);
  if (value !== null && /^\d{3}$/.test(value) && mayHaveBody(Number(value))) state.status = Number(value);
  return true;
}

/** null = what is there stays. */
function newValue({ config, value }: OutboundRule, line: string, state: ResponseState): string | null {
  return value === null || (!config.replace && line !== "") ? null : value(state);
}

function matches({ config, pattern, conditions }: OutboundRule, line: string, state: ResponseState): boolean {
  const captures = state.match(pattern, line);
  if ((captures !== null) === config.match.negate) return false;
  state.ruleCaptures = config.match.negate ? [] : (captures ?? []);
  state.forgetCaptures();
  return conditions === null || conditions(state, null);
}

/**
 * What a client has sent may be in it, a header of 100 KiB say, and a body may have a thousand places for it. What belongs
 * to the match or to the rule itself may be long.
 */
function mayBeInserted(text: string, match: string, template: string): boolean {
  return text.length <= 4096 + 16 * (match.length + template.length);
}

/** The rule for the body of one response. */
export function bodyRule(
  { config, pattern, longest, conditions, value }: OutboundRule,
  target: Extract<OutboundTargetConfig, { kind: "body" | "tags" }>,
  state: ResponseState,
): BodyRule {
  return {
    name: config.name,
    attributes: target.kind === "tags" ? target.attributes : null,
    find: (text, from) => pattern.find(text, from),
    longest,
    occurrences: target.occurrences,
    replace(captures) {
      state.ruleCaptures = captures;
      state.forgetCaptures();
      const holds = conditions === null || conditions(state, null);
      const text = holds && value !== null ? value(state) : null;
      return text !== null && mayBeInserted(text, captures[0] ?? "", config.value ?? "") ? text : null;
    },
  };
}
