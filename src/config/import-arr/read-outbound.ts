import { compilePattern } from "../../rules/pattern.ts";
import { tagNames } from "../outbound-rule-schema.ts";
import { conditionOf, flags } from "./convert-rule.ts";
import { defined } from "./defined.ts";
import { inForce } from "./in-force.ts";
import type { OutboundRuleInput, PreConditionInput } from "./import-document.ts";
import type { ImportFindings } from "./import-finding.ts";
import { headerName } from "./read-balance.ts";
import { readConditions, readSyntax } from "./read-rules.ts";
import { Values } from "./read-values.ts";
import { UniqueNames } from "./valid-names.ts";
import { childrenOf, descendant, type XmlElement } from "./xml-element.ts";

export interface Outbound {
  readonly outboundRules: readonly OutboundRuleInput[];
  readonly preConditions: Readonly<Record<string, PreConditionInput>>;
}

type Tag = NonNullable<OutboundRuleInput["tags"]>[number];
type CustomTags = ReadonlyMap<string, readonly Tag[]>;

/** <outboundRules> of all scopes, with `<clear/>` and `<remove/>` obeyed. */
export function readOutbound(sections: readonly XmlElement[], findings: ImportFindings): Outbound {
  const elements = sections.flatMap(({ children }) => children);
  const conditions = named(
    sections.map((section) => descendant(section, "preConditions")),
    "preCondition",
  );
  const tags = customTags(
    sections.map((section) => descendant(section, "customTags")),
    findings,
  );
  const preConditions = Object.fromEntries(conditions.map((element) => readPreCondition(element, findings)));
  const rules = inForce("rule", elements).flatMap((element) => readRule(element, { tags, preConditions, findings }));
  const names = new UniqueNames();
  return { outboundRules: rules.map((rule) => ({ ...rule, name: names.take(rule.name) })), preConditions };
}

function named(parents: readonly (XmlElement | null)[], kind: string): readonly XmlElement[] {
  return inForce(
    kind,
    parents.flatMap((parent) => parent?.children ?? []),
  );
}

function customTags(parents: readonly (XmlElement | null)[], findings: ImportFindings): CustomTags {
  return new Map(
    named(parents, "tags").map((element) => [
      element.attributes.get("name")?.value.trim().toLowerCase() ?? "",
      childrenOf(element, "tag").map((tag) => {
        const values = new Values(tag, findings);
        return { tag: values.text("name", "").toLowerCase(), attribute: values.text("attribute", "").toLowerCase() };
      }),
    ]),
  );
}

function readPreCondition(element: XmlElement, findings: ImportFindings): readonly [string, PreConditionInput] {
  const values = new Values(element, findings);
  const syntax = readSyntax(values);
  const { grouping, list } = readConditions(values, false, findings);
  const conditions = list.map(conditionOf);
  return [
    values.text("name", "").trim(),
    {
      ...(syntax === "ecmascript" ? {} : { syntax }),
      ...(conditions.length === 0 ? {} : { conditions }),
      ...(grouping === "MatchAny" && conditions.length > 1 ? { match: "any" as const } : {}),
    },
  ];
}

interface Around {
  readonly tags: CustomTags;
  readonly preConditions: Outbound["preConditions"];
  readonly findings: ImportFindings;
}

function readRule(element: XmlElement, around: Around): readonly OutboundRuleInput[] {
  const { findings } = around;
  const values = new Values(element, findings);
  const match = new Values(descendant(element, "match"), findings);
  const action = new Values(descendant(element, "action"), findings);
  const name = values.text("name", "").trim();
  const syntax = readSyntax(values);
  const compiled = compilePattern(match.text("pattern", ""), syntax, match.flag("ignoreCase", true));
  if (!compiled.ok) {
    const consequence = "answers are passed on as they are";
    findings.leftOut(match.place("pattern"), match.shown("pattern"), compiled.fault, consequence);
    return [];
  }
  return [
    {
      name,
      ...defined({ enabled: values.flag("enabled", true) ? undefined : false }),
      ...(syntax === "ecmascript" ? {} : { syntax }),
      ...whenOf(values, around),
      ...targetOf(match, around),
      pattern: patternOf(match),
      ...conditionsOf(new Values(descendant(element, "conditions"), findings), findings),
      ...valueOf(action),
      ...defined({ stop: values.flag("stopProcessing", false) ? true : undefined }),
    },
  ];
}

function patternOf(match: Values): OutboundRuleInput["pattern"] {
  const pattern = match.text("pattern", "");
  const options = flags({ ignoreCase: match.flag("ignoreCase", true), negate: match.flag("negate", false) });
  return Object.keys(options).length === 0 ? pattern : { pattern, ...options };
}

function conditionsOf(values: Values, findings: ImportFindings) {
  const { list, grouping, trackAll } = readConditions(values, true, findings);
  return defined({
    conditions: list.length === 0 ? undefined : list.map(conditionOf),
    match: grouping === "MatchAny" && list.length > 1 ? ("any" as const) : undefined,
    captures: trackAll ? undefined : ("last" as const),
  });
}

function valueOf(action: Values): Pick<OutboundRuleInput, "value" | "replace"> {
  if (action.choice("type", ["None", "Rewrite"], "None") === "None") return {};
  return { value: action.text("value", ""), ...(action.flag("replace", true) ? {} : { replace: false }) };
}

function whenOf(values: Values, { preConditions, findings }: Around): { when?: string } {
  const written = values.text("preCondition", "").trim();
  if (written === "") return {};
  const name = Object.keys(preConditions).find((one) => one.toLowerCase() === written.toLowerCase());
  if (name !== undefined) return { when: name };
  findings.changed(
    values.place("preCondition"),
    values.shown("preCondition"),
    "no such precondition",
    "the rule holds for all answers",
  );
  return {};
}

type Target = Pick<OutboundRuleInput, "header" | "responseStatus" | "tags" | "occurrences">;

function targetOf(match: Values, { tags, findings }: Around): Target {
  const variable = match.text("serverVariable", "").trim().toUpperCase();
  if (variable === "RESPONSE_STATUS") return { responseStatus: true };
  if (variable !== "") {
    return { header: headerName(variable.replace(/^RESPONSE_/, "").replaceAll("_", "-")) };
  }
  const occurrences = match.whole("occurrences", 0);
  const often = occurrences === 0 ? {} : { occurrences };
  const names = match
    .text("filterByTags", "None")
    .split(/[,\s]+/)
    .filter((word) => word !== "" && !/^none$/i.test(word));
  if (names.length === 0) return often;
  const own = tags.get(match.text("customTags", "").trim().toLowerCase()) ?? [];
  const found = names.flatMap((word): readonly Tag[] => {
    if (/^customtags$/i.test(word)) return own;
    const tag = tagNames.find((one) => one === word.toLowerCase());
    if (tag === undefined)
      findings.leftOut(
        match.place("filterByTags"),
        match.shown("filterByTags"),
        `${word} is no known tag`,
        "it is not rewritten",
      );
    return tag === undefined ? [] : [tag];
  });
  return found.length === 0 ? often : { tags: [...found], ...often };
}
