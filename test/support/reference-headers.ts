import type {
  ConditionsConfig,
  OutboundRuleConfig,
  PatternSyntax,
  RewriteMapConfig,
  RulesConfig,
} from "../../src/rules/rule-config.ts";
import type { ForwardOutcome } from "../../src/rules/rule-outcome.ts";
import type { RuleRequest } from "../../src/rules/rule-request.ts";
import { judgeConditions, matchPattern } from "./reference-match.ts";
import { expand, expandPieces, type Scope } from "./reference-template.ts";
import { headerText } from "./reference-rules.ts";
import { joinedLines, variableOf, type RequestState } from "./reference-variables.ts";

export type HeaderLine = readonly [name: string, value: string];

export interface ResponseHead {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
}

/** A response on its way through the outbound rules. */
interface Passage {
  readonly request: RequestState;
  readonly maps: readonly RewriteMapConfig[];
  status: number;
  headers: readonly HeaderLine[];
}

/**
 * What outbound rules make of a response's status and headers, by the letter of URL Rewrite; rules for bodies are passed
 * over. `inbound`: what the inbound rules made of the request, whose variables can be read.
 */
export function referenceHeaders(
  { outbound, maps }: RulesConfig,
  request: RuleRequest,
  inbound: ForwardOutcome,
  { status, headers }: ResponseHead,
): ResponseHead {
  const passage: Passage = { request: rewritten(request, inbound), maps, status, headers };
  // Preconditions are judged before any rule, once per response.
  const rules = outbound.filter(({ preCondition }) => preCondition === null || holds(preCondition, passage));
  for (const rule of rules) {
    const matched = applyRule(rule, passage);
    if (matched && rule.stop) break;
  }
  return { status: passage.status, headers: passage.headers };
}

/** The request as it was sent on. */
function rewritten(request: RuleRequest, { target, headers, variables }: ForwardOutcome): RequestState {
  const set = new Map(variables);
  for (const [name, value] of headers) set.set(`HTTP_${name.replaceAll("-", "_").toUpperCase()}`, value);
  return { request, set, target: target ?? request.target };
}

/** Has the rule matched? */
function applyRule(rule: OutboundRuleConfig, passage: Passage): boolean {
  if (rule.target.kind === "header") return applyToHeader(rule, rule.target.name, passage);
  return rule.target.kind === "status" && applyToStatus(rule, passage);
}

function applyToStatus(rule: OutboundRuleConfig, passage: Passage): boolean {
  const scope = scopeOfMatch(rule, String(passage.status), passage);
  if (scope === null) return false;
  const value = rule.value === null || !rule.replace ? "" : expand(rule.value, scope);
  // What is no final status cannot be sent.
  if (/^[2-5]\d\d$/.test(value)) passage.status = Number(value);
  return true;
}

/** Each line is judged by itself, with the response as it was before the rule. */
function applyToHeader(rule: OutboundRuleConfig, name: string, passage: Passage): boolean {
  const isThere = passage.headers.some(([candidate]) => candidate.toLowerCase() === name);
  const lines: readonly HeaderLine[] = isThere ? passage.headers : [...passage.headers, [name, ""]];
  let matched = false;
  const changed = lines.flatMap((line): readonly HeaderLine[] => {
    if (line[0].toLowerCase() !== name) return [line];
    const scope = scopeOfMatch(rule, line[1], passage);
    const missing = !isThere;
    if (scope === null) return missing ? [] : [line];
    matched = true;
    if (rule.value === null || (!rule.replace && line[1] !== "")) return missing ? [] : [line];
    const value = headerText(expand(rule.value, scope));
    return value === "" ? [] : [[line[0], value]];
  });
  passage.headers = changed;
  return matched;
}

/** What the rule's templates see; null = it does not match. */
function scopeOfMatch(rule: OutboundRuleConfig, input: string, passage: Passage): Scope | null {
  const r = matchPattern(rule.match, rule.syntax, input);
  if (r === null) return null;
  const judgement = judge(rule, r, passage);
  return judgement.holds ? scopeOf(passage, r, judgement.c) : null;
}

function holds(conditions: ConditionsConfig & { readonly syntax: PatternSyntax }, passage: Passage): boolean {
  return judge(conditions, [], passage).holds;
}

function judge(
  conditions: ConditionsConfig & { readonly syntax: PatternSyntax },
  r: readonly string[],
  passage: Passage,
): ReturnType<typeof judgeConditions> {
  return judgeConditions(conditions, conditions.syntax, (input, { c }) => expandPieces(input, scopeOf(passage, r, c)));
}

function scopeOf(passage: Passage, r: readonly string[], c: readonly string[]): Scope {
  const variable = (name: string): string => {
    if (name === "RESPONSE_STATUS") return String(passage.status);
    if (name.startsWith("RESPONSE_")) return joinedLines(name.slice("RESPONSE_".length), passage.headers);
    return variableOf(name, passage.request);
  };
  // Pieces of URLs are no matter here: nothing is encoded in a header.
  return { r, c, decoded: false, maps: passage.maps, variable, isSet: () => true, query: "" };
}
