import type { RulesConfig } from "../../src/rules/rule-config.ts";
import { untouched, type RuleOutcome } from "../../src/rules/rule-outcome.ts";
import type { RuleRequest } from "../../src/rules/rule-request.ts";

/** THE SWITCH: true as soon as src/rules/compile-rules.ts is there. */
export const engineIsThere: boolean = false;

/** What the product's engine makes of the request. */
export type Engine = (request: RuleRequest) => RuleOutcome | "malformed";

interface CompileRules {
  readonly compileRules: (config: RulesConfig) => { apply(request: RuleRequest): RuleOutcome | "malformed" } | null;
}

// Not known to the compiler before it is there. Once it is, an ordinary import takes the place of these lines.
const compileRulesFile = "../../src/rules/compile-rules.js";
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- See above.
const compiler = engineIsThere ? ((await import(compileRulesFile)) as CompileRules) : null;

/** null = there is no engine yet. */
export function engineOf(config: RulesConfig): Engine | null {
  if (compiler === null) return null;
  const inbound = compiler.compileRules(config);
  return inbound === null ? () => untouched : (request) => inbound.apply(request);
}
