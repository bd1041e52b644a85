import { climbsOneWay, literalPath } from "../http/routing-path.ts";
import type { InboundRules } from "../rules/compile-rules.ts";
import type { RuleOutcome } from "../rules/rule-outcome.ts";
import type { RuleRequest } from "../rules/rule-request.ts";
import type { RuleStep } from "../rules/rule-trace.ts";

/**
 * What becomes of a request by the rules. Where a server that resolves nothing would read another path, and other rules
 * would apply to that, nobody can say what was meant, and a rule could be got round: that is "malformed".
 */
export function applyRules(
  rules: InboundRules,
  request: RuleRequest,
  steps: RuleStep[] | null,
): RuleOutcome | "malformed" {
  const outcome = rules.apply(request, steps);
  if (outcome === "malformed" || literalPath(request.target) === null) return outcome;
  if (!climbsOneWay(request.target)) return "malformed";
  const acted = [...rules.acted()];
  return isSameWay(outcome, rules.applyLiteral(request)) && isSame(acted, rules.acted()) ? outcome : "malformed";
}

function isSameWay(one: RuleOutcome, other: RuleOutcome | "malformed"): boolean {
  if (other === "malformed" || one.kind !== other.kind) return false;
  return one.kind !== "forward" || other.kind !== "forward" || one.farm === other.farm;
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((number, index) => number === other[index]);
}
