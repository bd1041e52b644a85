import { compilePattern } from "../../rules/pattern.ts";
import { isCarried } from "../resolve-rule-set.ts";
import type { ArrCondition, ArrRule, ArrVariable } from "./arr-rule.ts";
import type { ImportFindings } from "./import-finding.ts";

/** A rule without what IIS takes and a configuration may not have: captures that are always empty, impossible names. */
export function cleanRule(rule: ArrRule, findings: ImportFindings): ArrRule {
  const cleaner = new TemplateCleaner(rule, findings);
  const list = rule.conditions.list.map((condition, index) => ({
    ...condition,
    input: cleaner.clean(condition.input, rule.conditions.list.slice(0, index)),
  }));
  const all = rule.conditions.list;
  const { action } = rule;
  return {
    ...rule,
    conditions: { ...rule.conditions, list },
    variables: rule.variables
      .filter((variable) => canBeSet(variable, findings))
      .map((variable) => ({ ...variable, value: cleaner.clean(variable.value, all) })),
    action: "url" in action ? { ...action, url: cleaner.clean(action.url, all) } : action,
  };
}

function canBeSet({ name, place }: ArrVariable, findings: ImportFindings): boolean {
  const read = `<set name=${JSON.stringify(name)}>`;
  const valid = /^[A-Z_][A-Z0-9_]*$/.test(name.replaceAll("-", "_"));
  if (valid && !isCarried(name.replaceAll("-", "_"))) return true;
  const reason = valid ? "how a request is carried is the router's own matter" : "no name of a variable";
  findings.leftOut(place, read, reason, "it is not set");
  return false;
}

class TemplateCleaner {
  readonly #rule: ArrRule;
  readonly #findings: ImportFindings;

  constructor(rule: ArrRule, findings: ImportFindings) {
    this.#rule = rule;
    this.#findings = findings;
  }

  /** `before`: the conditions whose captures there are. */
  clean(template: string, before: readonly ArrCondition[]): string {
    const { match, syntax, conditions, name, place } = this.#rule;
    const groups = {
      R: match.negate ? -1 : groupsOf(match.pattern, syntax),
      C: conditionGroups(before, syntax, conditions.trackAll),
    };
    const cleaned = template.replaceAll(/\{([RC]):(\d+)\}/gi, (whole, letter: string, digits: string) => {
      if (Number(digits) <= groups[letter.toUpperCase() === "R" ? "R" : "C"]) return whole;
      const consequence = "nothing stands in its place, as before";
      this.#findings.changed(place, `${whole} in the rule ${JSON.stringify(name)}`, "it is always empty", consequence);
      return "";
    });
    // A text is needed, and this one is always empty, too.
    if (cleaned === "" && template !== "") return "{AUTH_USER}";
    return template.startsWith("//") ? cleaned : cleaned.replace(/^\/+/, "/");
  }
}

function groupsOf(pattern: string, syntax: ArrRule["syntax"]): number {
  const compiled = compilePattern(pattern, syntax, true);
  return compiled.ok ? compiled.pattern.groups : 0;
}

/** -1 = none captures anything. */
function conditionGroups(list: readonly ArrCondition[], syntax: ArrRule["syntax"], trackAll: boolean): number {
  const counts = list.filter(({ negate }) => !negate).map(({ pattern }) => groupsOf(pattern, syntax));
  if (counts.length === 0) return -1;
  return trackAll ? counts.reduce((sum, count) => sum + count, 0) : Math.max(...counts);
}
