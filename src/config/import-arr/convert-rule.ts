import type { RuleInput } from "../rule-schema.ts";
import type { ArrCondition, ArrRule } from "./arr-rule.ts";
import { convertAction, type ActionContext } from "./convert-action.ts";
import { defined } from "./defined.ts";
import { hostOf, httpsOf, scopeOf, type RuleScope } from "./rule-scope.ts";
import { matchesEverything } from "./rewrite-target.ts";
import { usesCapture } from "./template.ts";

/** A rule in our words. */
export interface ConvertedRule {
  readonly source: ArrRule;
  readonly scope: RuleScope;
  readonly rule: RuleInput;
  /** It does no more than to choose a farm, or than to answer that there is nothing. */
  readonly publishes: { readonly farm: string | null } | null;
}

/** null = it cannot be kept, or can never hold; which has been told. */
export function convertRule(source: ArrRule, name: string, context: ActionContext): ConvertedRule | null {
  const kept = withoutFiles(source, context);
  if (kept === null) return null;
  const action = convertAction(kept, context);
  if (action === null) return null;
  const scope = scopeOf(kept);
  const set = variablesOf(kept, action.host);
  const texts = [...inputsOf(kept), ...Object.values(set), ...Object.values(action.keys)].map((text) =>
    JSON.stringify(text),
  );
  const rule: RuleInput = {
    name,
    ...(kept.enabled ? {} : { enabled: false }),
    ...whenOf(kept, texts),
    ...(Object.keys(set).length === 0 ? {} : { set }),
    ...action.keys,
    ...(kept.stop && !action.stops ? { stop: true } : {}),
  };
  const plain = kept.enabled && Object.keys(set).length === 0 && action.publishes !== undefined;
  return { source: kept, scope, rule, publishes: plain ? { farm: action.publishes ?? null } : null };
}

/** What must hold, without defaults; `texts`: where captures may be used. */
function whenOf(rule: ArrRule, texts: readonly string[]): Partial<RuleInput> {
  const shown = shorthands(rule, texts);
  const conditions = rule.conditions.list.filter((condition) => !shown.taken.includes(condition));
  const path = pathOf(rule, texts);
  const [site] = rule.hosts ?? [];
  const usesSyntax = path !== undefined || conditions.length > 0;
  return defined({
    syntax: rule.syntax === "ecmascript" || !usesSyntax ? undefined : rule.syntax,
    host: shown.keys.host ?? site,
    https: shown.keys.https,
    path,
    ...conditionsOf(rule, conditions),
  });
}

/** undefined = any, and nothing asks what it was. */
function pathOf(rule: ArrRule, texts: readonly string[]): RuleInput["path"] | undefined {
  const { pattern, ignoreCase, negate } = rule.match;
  if (matchesEverything(rule) && !texts.some((text) => usesCapture(text, "R"))) return undefined;
  return ignoreCase && !negate ? pattern : { pattern, ...flags(rule.match) };
}

function conditionsOf({ conditions: { grouping, trackAll } }: ArrRule, list: readonly ArrCondition[]) {
  if (list.length === 0) return {};
  return {
    conditions: list.map(conditionOf),
    match: list.length > 1 && grouping === "MatchAny" ? ("any" as const) : undefined,
    captures: trackAll ? ("all" as const) : undefined,
  };
}

export function flags({ ignoreCase, negate }: { readonly ignoreCase: boolean; readonly negate: boolean }) {
  return { ...(ignoreCase ? {} : { ignoreCase: false }), ...(negate ? { negate: true } : {}) };
}

export function conditionOf(condition: Pick<ArrCondition, "input" | "pattern" | "ignoreCase" | "negate">) {
  return { input: condition.input, pattern: condition.pattern, ...flags(condition) };
}

interface Shorthands {
  readonly keys: { host?: string; https?: boolean };
  /** The conditions that they stand for. */
  readonly taken: readonly ArrCondition[];
}

/** `host` and `https` in the place of conditions, where no capture of them is used. */
function shorthands(rule: ArrRule, texts: readonly string[]): Shorthands {
  const { list, grouping } = rule.conditions;
  const keys: { host?: string; https?: boolean } = {};
  const taken: ArrCondition[] = [];
  if ((grouping === "MatchAny" && list.length > 1) || texts.some((text) => usesCapture(text, "C"))) {
    return { keys, taken };
  }
  for (const condition of list) {
    const secure = httpsOf(condition, rule.syntax);
    const host = hostOf(condition, rule.syntax);
    if (secure !== null && keys.https === undefined) {
      keys.https = secure;
      taken.push(condition);
    } else if (host !== null && keys.host === undefined && rule.hosts === null) {
      keys.host = host;
      taken.push(condition);
    }
  }
  const { host: name, https } = keys;
  return { keys: { ...(name === undefined ? {} : { host: name }), ...(https === undefined ? {} : { https }) }, taken };
}

function inputsOf({ conditions }: ArrRule): readonly string[] {
  return conditions.list.map(({ input }) => input);
}

/** All templates of a rule. */
export function textsOf({ conditions, variables, action }: ArrRule): readonly string[] {
  const urls = "url" in action ? [action.url] : [];
  return [...conditions.list.map(({ input }) => input), ...variables.map(({ value }) => value), ...urls];
}

function variablesOf({ variables }: ArrRule, host: string | null): NonNullable<RuleInput["set"]> {
  const set: Record<string, string | { value: string; replace: false }> = {};
  for (const { name, value, replace } of variables) {
    if (/^ARR_CACHE_CONTROL_OVERRIDE$/i.test(name) || name === "") continue;
    set[name] = replace ? value : { value, replace: false };
  }
  // ARR comes after the rules.
  if (host !== null) set["HTTP_HOST"] = host;
  return set;
}

/** Conditions about files: there are none here. null = the rule can never hold. */
function withoutFiles(rule: ArrRule, { findings }: ActionContext): ArrRule | null {
  const about = rule.conditions.list.filter(({ matchType }) => matchType !== "Pattern");
  if (about.length === 0) return rule;
  const always = about.some(({ negate }) => negate);
  const never = about.some(({ negate }) => !negate);
  const isAny = rule.conditions.grouping === "MatchAny";
  const list = rule.conditions.list.filter(({ matchType }) => matchType === "Pattern");
  const dead = isAny ? !always && list.length === 0 : never;
  for (const { matchType, negate, place } of about) {
    const read = `<add matchType="${matchType}"${negate ? ' negate="true"' : ""}> of the rule ${JSON.stringify(rule.name)}`;
    const result = `there are no files here: it ${negate ? "always" : "never"} holds`;
    const consequence = dead ? "the rule is left out" : "requests for files of IIS go where all others go";
    if (dead) findings.leftOut(place, read, result, consequence);
    else findings.changed(place, read, result, consequence);
  }
  if (dead) return null;
  return { ...rule, conditions: { ...rule.conditions, list: isAny && always ? [] : list } };
}
