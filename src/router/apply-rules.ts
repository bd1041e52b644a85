import { literalPath } from "../http/routing-path.ts";
import type { InboundRules } from "../rules/compile-rules.ts";
import type { RuleOutcome } from "../rules/rule-outcome.ts";
import type { RuleRequest } from "../rules/rule-request.ts";
import type { RuleStep } from "../rules/rule-trace.ts";

/**
 * What becomes of a request by the rules. Where a server that resolves nothing would read another path, and rules would have
 * it go elsewhere, nobody can say what was meant, and a rule could be got round: that is "malformed".
 */
export function applyRules(
  rules: InboundRules,
  request: RuleRequest,
  steps: RuleStep[] | null,
): RuleOutcome | "malformed" {
  const outcome = rules.apply(request, steps);
  if (outcome === "malformed" || literalPath(request.target) === null) return outcome;
  return isSameWay(outcome, rules.applyLiteral(request)) ? outcome : "malformed";
}

function isSameWay(one: RuleOutcome, other: RuleOutcome | "malformed"): boolean {
  if (other === "malformed" || one.kind !== other.kind || one.rule !== other.rule) return false;
  return one.kind !== "forward" || other.kind !== "forward" || one.farm === other.farm;
}
