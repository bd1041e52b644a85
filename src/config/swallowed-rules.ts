import { matchesAll } from "../rules/pattern-shape.ts";
import type { ConditionConfig, RuleConfig } from "../rules/rule-config.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";

/**
 * Warns of rules that send a request to a farm and let it go on to a rule that takes it away from there again, since it
 * matches all that the first one does. That is nearly always a `stop` that was forgotten.
 */
export function warnOfSwallowed(
  { rules }: Document,
  inbound: readonly RuleConfig[],
  { findings }: ResolveContext,
): void {
  const takers = inbound.flatMap((rule, index) => (takesAll(rule) ? [{ rule, index }] : []));
  if (takers.length === 0) return;
  for (const [index, rule] of inbound.entries()) {
    if (rule.stop || !forwards(rule)) continue;
    const taker = takers.find((one) => one.index > index && isWider(one.rule, rule));
    const item = taker === undefined ? undefined : rules.find(({ value }) => value?.name === rule.name);
    if (taker === undefined || item === undefined) continue;
    findings.warning(
      item.path,
      `what this rule sends to a farm goes on to the rule ${quote(taker.rule.name)}, which matches all of it and has the last word: write \`stop: true\` here, or change their order`,
    );
  }
}

function forwards({ action }: RuleConfig): boolean {
  return action.kind === "rewrite" && action.farm !== null;
}

/** Does it match whatever path a rule before it has made, and do something with the request? */
function takesAll({ path, syntax, action }: RuleConfig): boolean {
  const any = path === null || (!path.negate && matchesAll(path.pattern, syntax));
  return any && action.kind !== "none";
}

/** Does `wide` ask for nothing that `narrow` has not asked for already? */
function isWider(wide: RuleConfig, narrow: RuleConfig): boolean {
  const sameHost = wide.host === null || wide.host === narrow.host;
  const sameScheme = wide.https === null || wide.https === narrow.https;
  if (!sameHost || !sameScheme) return false;
  if (wide.grouping === "any" && wide.conditions.length > 1) return false;
  const asked = narrow.grouping === "all" || narrow.conditions.length < 2 ? narrow.conditions : [];
  return wide.conditions.every((one) => asked.some((other) => isSame(one, other, wide.syntax === narrow.syntax)));
}

function isSame(one: ConditionConfig, other: ConditionConfig, sameSyntax: boolean): boolean {
  return sameSyntax && JSON.stringify(one) === JSON.stringify(other);
}
