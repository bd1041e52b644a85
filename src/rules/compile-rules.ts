import { createHostNames } from "./host-test.ts";
import { compileMaps } from "./rewrite-maps.ts";
import { compileRule } from "./rule.ts";
import type { RulesConfig } from "./rule-config.ts";
import { RuleIndex } from "./rule-index.ts";
import type { RuleOutcome } from "./rule-outcome.ts";
import type { RuleRequest } from "./rule-request.ts";
import { RuleRun } from "./rule-run.ts";
import type { RuleStep } from "./rule-trace.ts";

/** Rules made ready for use. */
export interface InboundRules {
  /**
   * What becomes of a request. "malformed": its host or path can't be understood, as it came or as a rule has made it.
   * `steps`: hears of every rule, and has them all tried; null = only those that may match are.
   */
  apply(request: RuleRequest, steps: RuleStep[] | null): RuleOutcome | "malformed";
  /** What would become of it where slashes and dots in its path are left as they are. */
  applyLiteral(request: RuleRequest): RuleOutcome | "malformed";
  /** The numbers of the rules that did something the last time, in order; overwritten the next time. */
  acted(): readonly number[];
}

/** null = there are none. The configuration must have been found good. */
export function compileRules({ inbound, maps }: RulesConfig): InboundRules | null {
  if (inbound.length === 0) return null;
  const scope = { maps: compileMaps(maps), extra: null };
  const rules = inbound.map((config) => compileRule(config, scope));
  const run = new RuleRun(rules, new RuleIndex(inbound).candidates(), createHostNames());
  return {
    apply: (request, steps) => run.apply(request, steps, false),
    applyLiteral: (request) => run.apply(request, null, true),
    acted: () => run.acted,
  };
}
