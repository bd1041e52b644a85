import { mayHaveBody } from "../http/body-status.ts";
import { tagAttributes } from "../rules/outbound/tag-attributes.ts";
import type {
  OutboundRuleConfig,
  OutboundTargetConfig,
  PreConditionConfig,
  TagAttributeConfig,
} from "../rules/rule-config.ts";
import { builtInDefaults } from "./defaults.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { OutboundRuleDocument } from "./outbound-rule-schema.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import { checkRuleName, checkTemplate, type RuleContext } from "./rule-context.ts";
import { resolveConditions, resolvePattern } from "./rule-patterns.ts";

const defaults = builtInDefaults.rule;

export function resolveOutboundRules({ outboundRules }: Document, rules: RuleContext): OutboundRuleConfig[] {
  const preConditions = resolvePreConditions(rules);
  const names = new Map<string, Path>();
  const resolved: OutboundRuleConfig[] = [];
  for (const { path, value } of outboundRules) {
    if (value === null) continue;
    checkRuleName(value.name, path, names, rules.context);
    const rule = resolveRule(value, path, { rules, preConditions });
    if (value.value === undefined && value.stop !== true && rules.context.findings.isClean(path)) {
      rules.context.findings.warning(path, "this rule changes nothing: write the new text in `value`, or `stop: true`");
    }
    if (rule !== null && value.enabled !== false) resolved.push(rule);
  }
  warnOfUnasked(rules);
  return resolved;
}

function warnOfUnasked({ document, context }: RuleContext): void {
  const asked = new Set(document.outboundRules.map(({ value }) => value?.when));
  for (const [name, { path }] of document.preConditions) {
    if (asked.has(name) || !document.complete) continue;
    context.findings.warning(path, "no outbound rule asks for this: write its name in the `when` of one, or remove it");
  }
}

/** By name; null = it is wrong, which has been reported. */
type PreConditions = ReadonlyMap<string, PreConditionConfig | null>;

function resolvePreConditions(rules: RuleContext): PreConditions {
  const { preConditions } = rules.document;
  return new Map(
    [...preConditions].map(([name, { path, value }]) => {
      if (value === null) return [name, null];
      const { syntax = defaults.syntax, conditions, match } = value;
      const tests = { conditions, match, captures: defaults.outboundCaptures };
      const { config } = resolveConditions(tests, { syntax, path, ruleGroups: -1, response: true }, rules);
      return [name, { name, syntax, ...config }];
    }),
  );
}

interface Around {
  readonly rules: RuleContext;
  readonly preConditions: PreConditions;
}

/** null = it can't be used, which has been reported. */
function resolveRule(value: OutboundRuleDocument, path: Path, around: Around): OutboundRuleConfig | null {
  const { rules } = around;
  const { name, syntax = defaults.syntax, captures = defaults.outboundCaptures } = value;
  const target = resolveTarget(value, path, rules);
  const preCondition = preConditionOf(value.when, [...path, "when"], around);
  const { config: match, groups } = resolvePattern(value.pattern, syntax, [...path, "pattern"], rules);
  const tests = { conditions: value.conditions, match: value.match, captures };
  const places = { syntax, path, ruleGroups: groups, response: true };
  const conditions = resolveConditions(tests, places, rules);
  if (value.value !== undefined) {
    const context = { ...rules, ruleGroups: groups, conditionGroups: conditions.groups, response: true };
    checkTemplate(value.value, [...path, "value"], context);
    if (target?.kind === "status") checkStatus(value.value, [...path, "value"], rules);
  }
  if (target === null) return null;
  checkBodyRule({ target, syntax, negate: match.negate }, path, rules);
  const { replace = defaults.replace, stop = defaults.stop } = value;
  const change = { value: value.value ?? null, replace, stop };
  return { name, syntax, preCondition, target, match, ...conditions.config, ...change };
}

function preConditionOf(name: string | undefined, path: Path, { rules, preConditions }: Around) {
  if (name === undefined) return null;
  const found = preConditions.get(name);
  if (found === undefined) {
    const names = [...preConditions.keys()];
    const list = names.length === 0 ? "there are none yet" : `there are ${names.join(", ")}`;
    rules.context.findings.problem(
      path,
      `${quote(name)} is not a precondition${didYouMean(name, names) || ":"} write the name of one under \`preConditions\` (${list})`,
    );
  }
  return found ?? null;
}

/** How the message goes over the connection is not for rules to say; the router writes it. */
const forbidden: ReadonlySet<string> = new Set(
  "connection content-length transfer-encoding upgrade trailer keep-alive proxy-connection content-encoding".split(" "),
);

function resolveTarget(value: OutboundRuleDocument, path: Path, { context }: RuleContext): OutboundTargetConfig | null {
  const { header, responseStatus, tags, occurrences = defaults.occurrences } = value;
  const given = Object.entries({ header, responseStatus, tags }).flatMap(([key, one]) =>
    one === undefined ? [] : [key],
  );
  if (given.length > 1) {
    context.findings.problem(
      path,
      `a rule rewrites one thing, this one has ${given.join(" and ")}: make two rules of it`,
    );
    return null;
  }
  if (responseStatus === true) return { kind: "status" };
  if (tags !== undefined) return { kind: "tags", attributes: tags.flatMap(attributesOf), occurrences };
  if (header === undefined) return { kind: "body", occurrences };
  const name = header.toLowerCase();
  if (name.startsWith("response_")) {
    const own = header.slice("response_".length).replaceAll("_", "-");
    context.findings.problem(
      [...path, "header"],
      `${quote(header)} is what templates call it: write the header's own name, ${own}`,
    );
  } else if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    context.findings.problem(
      [...path, "header"],
      `${quote(header)} is not the name of a header: write one such as Location`,
    );
  } else if (forbidden.has(name)) {
    context.findings.problem(
      [...path, "header"],
      `${quote(header)} can't be rewritten: how the response is carried is the router's own matter`,
    );
  }
  return { kind: "header", name };
}

function attributesOf(tag: NonNullable<OutboundRuleDocument["tags"]>[number]): readonly TagAttributeConfig[] {
  if (typeof tag !== "string") return [{ tag: tag.tag.toLowerCase(), attribute: tag.attribute.toLowerCase() }];
  return tagAttributes[tag].map((attribute) => ({ tag, attribute }));
}

/** Where it is known what it will be. */
function checkStatus(value: string, path: Path, { context }: RuleContext): void {
  if (value.includes("{") || (/^\d{3}$/.test(value) && mayHaveBody(Number(value)))) return;
  context.findings.warning(
    path,
    `${quote(value)} is no status that a response could get: write a number from 200 to 599, but 204, 205 and 304`,
  );
}

interface BodyRuleParts extends Pick<OutboundRuleConfig, "target" | "syntax"> {
  readonly negate: boolean;
}

function checkBodyRule({ target, syntax, negate }: BodyRuleParts, path: Path, { context }: RuleContext): void {
  if (target.kind !== "body" && target.kind !== "tags") return;
  if (negate) {
    context.findings.problem(
      [...path, "pattern"],
      "a negated pattern finds nothing that could be replaced: leave negate out",
    );
  }
  if (target.kind === "body" && syntax === "wildcard") {
    context.findings.problem(
      [...path, "syntax"],
      "a wildcard stands for a whole text, and this rule looks for one within a body: write ecmascript or exact, or name the tags",
    );
  }
}
