import type { RuleConfig } from "../rules/rule-config.ts";
import { quote } from "./quote.ts";
import type { ResolvedRule } from "./resolved-rule.ts";
import type { ResolveContext } from "./resolve-context.ts";
import type { WideRules } from "./wider-rule.ts";

/** Warns of rules to which no request comes, since one before them takes all of theirs and ends the rules. */
export function warnOfUnreached(
  rules: readonly ResolvedRule[],
  wide: WideRules,
  { findings }: Pick<ResolveContext, "findings">,
): void {
  const hostChanges = rules.some(({ config }) => config.set.some(({ name }) => name === "HTTP_HOST"));
  for (const [index, { config, path }] of rules.entries()) {
    const by = wide.of(config, 0, index).find((one) => ends(one) && isCertain(one, hostChanges));
    if (by === undefined) continue;
    const behind = takesEverything(by) ? rules.length - index - 1 : 0;
    const others = behind === 0 ? "" : `, nor to the ${behind === 1 ? "one" : behind} behind it`;
    findings.warning(
      path,
      `no request comes to this rule${others}: ${quote(by.name)} before it takes all of them and ends the rules; change their order, or say in ${quote(by.name)} what it is for`,
    );
    if (takesEverything(by)) return;
  }
}

function ends({ stop, action }: RuleConfig): boolean {
  return stop || (action.kind !== "none" && action.kind !== "rewrite");
}

/** What conditions read may change from one rule to the next, and so may the host. */
function isCertain({ host, conditions }: RuleConfig, hostChanges: boolean): boolean {
  return conditions.length === 0 && (host === null || !hostChanges);
}

function takesEverything({ host, https }: RuleConfig): boolean {
  return host === null && https === null;
}
