import { isDeepStrictEqual } from "node:util";
import type {
  ConditionsConfig,
  OutboundRuleConfig,
  PatternConfig,
  RewriteMapConfig,
  RuleConfig,
  RulesConfig,
} from "../rules/rule-config.ts";
import { byName, fieldChanges, named } from "./field-changes.ts";

/** What differs between the rules of two configurations, as `describeChanges` tells it. */
export function ruleChanges(before: RulesConfig, after: RulesConfig): string[] {
  return [
    ...bounded("rules", [
      ...listChanges("rule", before.inbound, after.inbound, inboundChanges),
      ...orderChange("the order of the rules", before.inbound, after.inbound),
    ]),
    ...bounded("outbound rules", [
      ...listChanges("outbound rule", before.outbound, after.outbound, outboundChanges),
      ...orderChange("the order of the outbound rules", before.outbound, after.outbound),
    ]),
    ...bounded("rewrite maps", listChanges("rewrite map", before.maps, after.maps, mapChanges)),
  ];
}

interface Named {
  readonly name: string;
}

function listChanges<T extends Named>(
  kind: string,
  before: readonly T[],
  after: readonly T[],
  changes: (before: T, after: T) => string[],
): string[] {
  const nameOf = ({ name }: T): string => name;
  return named(kind, byName(before, nameOf), byName(after, nameOf), changes);
}

/** Of those that are in both. */
function orderChange(text: string, before: readonly Named[], after: readonly Named[]): string[] {
  const [old, now] = [before, after].map((list) => list.map(({ name }) => name));
  const [earlier, later] = [new Set(old), new Set(now)];
  const [kept, stays] = [old?.filter((name) => later.has(name)), now?.filter((name) => earlier.has(name))];
  return isDeepStrictEqual(kept, stays) ? [] : [text];
}

const maxLines = 50;

function bounded(kind: string, changes: readonly string[]): string[] {
  if (changes.length <= maxLines) return [...changes];
  const more = (changes.length - maxLines).toLocaleString("en");
  return [...changes.slice(0, maxLines), `… and ${more} more changes of ${kind}`];
}

function inboundChanges(before: RuleConfig, after: RuleConfig): string[] {
  const [old, now] = [shownRule(before), shownRule(after)];
  return [
    ...fieldChanges(old, now),
    ...conditionChanges(before, after),
    ...changed("set", before.set, after.set),
    ...hidden(before.action, after.action),
  ];
}

/** Of a page only that it is another one. */
function hidden(before: RuleConfig["action"], after: RuleConfig["action"]): string[] {
  return before.kind === "respond" && after.kind === "respond" ? changed("respond.body", before.body, after.body) : [];
}

/** In the words of the configuration file. What a rule compares headers with, and sets, may be a key. */
function shownRule({ syntax, host, https, path, action, stop, ...conditions }: RuleConfig): object {
  const { grouping, captures } = conditions;
  return { syntax, host, https, path: shownPattern(path), match: grouping, captures, ...shownAction(action), stop };
}

function shownPattern(pattern: PatternConfig | null): object | string | null {
  if (pattern === null) return null;
  const { pattern: text, ignoreCase, negate } = pattern;
  return ignoreCase && !negate
    ? text
    : `${text}${ignoreCase ? "" : " (ignoreCase: false)"}${negate ? " (negate)" : ""}`;
}

function shownAction(action: RuleConfig["action"]): object {
  switch (action.kind) {
    case "rewrite":
      return { farm: action.farm, rewrite: action.url, appendQuery: action.appendQuery };
    case "redirect":
      return { redirect: action.url, status: action.status, appendQuery: action.appendQuery };
    case "respond":
      return { respond: { status: action.status, reason: action.reason } };
    case "abort":
      return { abort: true };
    case "none":
      return {};
    default:
      return action satisfies never;
  }
}

function conditionChanges(before: ConditionsConfig, after: ConditionsConfig): string[] {
  const [old, now] = [before.conditions.length, after.conditions.length];
  if (old !== now) return [`conditions: ${old} -> ${now}`];
  return changed("conditions", before.conditions, after.conditions);
}

function changed(name: string, before: unknown, after: unknown): string[] {
  return isDeepStrictEqual(before, after) ? [] : [`${name} changed`];
}

function outboundChanges(before: OutboundRuleConfig, after: OutboundRuleConfig): string[] {
  return [
    ...fieldChanges(shownOutbound(before), shownOutbound(after)),
    ...conditionChanges(before, after),
    ...changed("the precondition", before.preCondition, after.preCondition),
  ];
}

function shownOutbound({ syntax, target, match, value, replace, stop, ...conditions }: OutboundRuleConfig): object {
  const { grouping, captures } = conditions;
  const { kind, ...what } = target;
  const written = { target: kind, ...what, pattern: shownPattern(match), value };
  return { syntax, ...written, match: grouping, captures, replace, stop };
}

function mapChanges(before: RewriteMapConfig, after: RewriteMapConfig): string[] {
  const [old, now] = [new Map(before.entries), new Map(after.entries)];
  const added = [...now.keys()].filter((key) => !old.has(key)).length;
  const removed = [...old.keys()].filter((key) => !now.has(key)).length;
  const others = [...now].filter(([key, value]) => old.has(key) && old.get(key) !== value).length;
  const counts = Object.entries({ added, removed, changed: others }).filter(([, count]) => count > 0);
  const entries = counts.map(([what, count], index) => `${count}${index === 0 ? entryWord(count) : ""} ${what}`);
  const fields = fieldChanges(
    { default: before.defaultValue, ignoreCase: before.ignoreCase },
    { default: after.defaultValue, ignoreCase: after.ignoreCase },
  );
  const told = entries.length === 0 ? [] : [entries.join(", ")];
  return [...told, ...fields, ...(told.length + fields.length === 0 ? ["the order of its entries"] : [])];
}

const entryWord = (count: number): string => (count === 1 ? " entry" : " entries");
