import { compileRules } from "../../src/rules/compile-rules.ts";
import type { RulesConfig } from "../../src/rules/rule-config.ts";
import { untouched, type RuleOutcome } from "../../src/rules/rule-outcome.ts";
import type { RuleRequest } from "../../src/rules/rule-request.ts";

/** What the product's engine makes of the request. */
export type Engine = (request: RuleRequest) => RuleOutcome | "malformed";

/** Rules one by one, and with every rule tried for the trace, must come to the same. */
export function engineOf(config: RulesConfig): Engine {
  const inbound = compileRules(config);
  if (inbound === null) return () => untouched;
  return (request) => {
    const outcome = inbound.apply(request, null);
    const traced = inbound.apply(request, []);
    if (JSON.stringify(plain(outcome)) !== JSON.stringify(plain(traced))) throw new Error("the trace came elsewhere");
    return outcome;
  };
}

function plain(outcome: RuleOutcome | "malformed"): unknown {
  if (outcome === "malformed" || outcome.kind !== "forward") return outcome;
  return { ...outcome, headers: [...outcome.headers], variables: [...outcome.variables] };
}
