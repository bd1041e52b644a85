import type { RuleConfig } from "../rules/rule-config.ts";
import { quote } from "./quote.ts";
import type { ResolvedRule } from "./resolved-rule.ts";
import type { ResolveContext } from "./resolve-context.ts";
import type { WideRules } from "./wider-rule.ts";

/**
 * Warns of rules that send a request to a farm and let it go on to a rule that takes it away from there again, since it
 * matches all that the first one does. That is nearly always a `stop` that was forgotten.
 */
export function warnOfSwallowed(
  rules: readonly ResolvedRule[],
  wide: WideRules,
  { findings }: Pick<ResolveContext, "findings">,
): void {
  for (const [index, { config, path }] of rules.entries()) {
    if (!goesOn(config)) continue;
    const taker = takerOf(config, wide.of(config, index + 1, rules.length));
    if (taker === null) continue;
    findings.warning(path, swallowed(taker.name));
  }
}

function swallowed(taker: string): string {
  return `what this rule sends to a farm goes on to the rule ${quote(taker)}, which matches all of it and has the last word: write \`stop: true\` here, or change their order`;
}

/** Does it send to a farm, and leave the request to the rules behind it? */
function goesOn({ action, stop }: RuleConfig): boolean {
  return !stop && action.kind === "rewrite" && action.farm !== null;
}

/** Of the wider rules behind, the one that takes the request to another place; null = none does for certain. */
function takerOf(rule: RuleConfig, wider: readonly RuleConfig[]): RuleConfig | null {
  for (const one of wider) {
    if (one.action.kind !== "none" && !keepsFarm(one, rule)) return one;
    if (one.stop) return null;
  }
  return null;
}

/** Does it send what it takes to the same farm, as it came to it? */
function keepsFarm({ action }: RuleConfig, { action: before }: RuleConfig): boolean {
  if (action.kind !== "rewrite" || before.kind !== "rewrite" || action.url !== null) return false;
  return action.farm !== null && action.farm === before.farm && !action.farm.includes("{");
}
