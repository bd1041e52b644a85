import { compilePattern } from "../../rules/pattern.ts";
import type { ArrRule } from "./arr-rule.ts";
import { cleanRule } from "./clean-rule.ts";
import type { ActionContext } from "./convert-action.ts";
import { convertRule, textsOf, type ConvertedRule } from "./convert-rule.ts";
import { scopeOf } from "./rule-scope.ts";
import { overlap } from "./scope-overlap.ts";
import { tablesOf } from "./template.ts";
import { UniqueNames } from "./valid-names.ts";

type Context = Pick<ActionContext, "farms" | "maps" | "findings">;

/** All rules in our words, in order. */
export function convertRules(rules: readonly ArrRule[], context: Context): readonly ConvertedRule[] {
  const names = new UniqueNames();
  const converted: ConvertedRule[] = [];
  const going: ConvertedRule[] = [];
  const hasSiteRules = rules.some(({ global, enabled }) => !global && enabled);
  for (const rule of rules) {
    if (!isUsable(rule, context)) continue;
    const clean = cleanRule(rule, context.findings);
    const before = going.filter((other) => goesOnTo(other, clean));
    const pathChanges = before.some((other) => other.rule.rewrite !== undefined);
    const forwardsBefore = before.some((other) => other.rule.farm !== undefined);
    const around = { ...context, hasSiteRules, pathChanges, forwardsBefore };
    const one = convertRule(clean, names.take(rule.name), around);
    if (one === null) continue;
    converted.push(one);
    if (rule.enabled && !rule.stop) going.push(one);
    tellOfOrder(one, hasSiteRules, context);
  }
  return converted;
}

/** Can a request come from one rule to the other, with whatever path? */
function goesOnTo({ scope }: ConvertedRule, next: ArrRule): boolean {
  const anyPath = { path: { kind: "any" } } as const;
  return overlap({ ...scope, ...anyPath }, { ...scopeOf(next), ...anyPath });
}

/** Its patterns are understood, and so are the tables that it looks things up in. */
function isUsable(rule: ArrRule, { maps, findings }: Context): boolean {
  const read = `the rule ${JSON.stringify(rule.name)}`;
  const consequence = "its requests go on to the next rules and the routes";
  const patterns = [rule.match, ...rule.conditions.list.filter(({ matchType }) => matchType === "Pattern")];
  for (const { pattern, ignoreCase } of patterns) {
    const compiled = compilePattern(pattern, rule.syntax, ignoreCase);
    if (compiled.ok) continue;
    findings.leftOut(
      rule.place,
      read,
      `its pattern ${JSON.stringify(pattern)} is not understood: ${compiled.fault}`,
      consequence,
    );
    return false;
  }
  const tables = textsOf(rule).flatMap(tablesOf);
  const unknown = tables.find((name) => !maps.some((map) => map.name.toLowerCase() === name.toLowerCase()));
  if (unknown === undefined) return true;
  findings.leftOut(
    rule.place,
    read,
    `${JSON.stringify(unknown)} is no rewrite map, and there are no providers here`,
    consequence,
  );
  return false;
}

function tellOfOrder({ source, rule }: ConvertedRule, hasSiteRules: boolean, { findings }: Context): void {
  if (!source.enabled) return;
  const read = `the rule ${JSON.stringify(source.name)}`;
  if (rule.farm !== undefined && !source.stop) {
    findings.note(
      source.place,
      read,
      "it forwards without stopProcessing, as before",
      "a rule behind it that forwards as well wins",
    );
  }
  if (source.global && source.stop && hasSiteRules && rule.farm === undefined && rule.stop === true) {
    const consequence = "IIS goes on with the rules of its sites; here the routes decide";
    findings.changed(source.place, read, "it also ends the rules of sites", consequence);
  }
}
