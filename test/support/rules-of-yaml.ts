import { parse } from "yaml";
import * as z from "zod";
import { builtInDefaults } from "../../src/config/defaults.ts";
import {
  outboundRuleSchema,
  preConditionSchema,
  type OutboundRuleDocument,
  type PreConditionDocument,
} from "../../src/config/outbound-rule-schema.ts";
import {
  rewriteMapSchema,
  ruleSchema,
  type ConditionDocument,
  type PatternDocument,
  type RuleDocument,
} from "../../src/config/rule-schema.ts";
import type {
  ActionConfig,
  ConditionConfig,
  ConditionsConfig,
  OutboundRuleConfig,
  OutboundTargetConfig,
  PatternConfig,
  PreConditionConfig,
  RuleConfig,
  RulesConfig,
  SetVariableConfig,
} from "../../src/rules/rule-config.ts";

const defaults = builtInDefaults.rule;

const documentSchema = z.strictObject({
  rules: z.array(ruleSchema).default([]),
  outboundRules: z.array(outboundRuleSchema).default([]),
  preConditions: z.record(z.string(), preConditionSchema).default({}),
  rewriteMaps: z.record(z.string(), rewriteMapSchema).default({}),
});

/** The rules of a golden file. Reads what is right, and throws at what is not; nothing is checked beyond its shape. */
export function rulesOfYaml(text: string): RulesConfig {
  const document = documentSchema.parse(parse(text) ?? {});
  return {
    inbound: document.rules.filter(isEnabled).map(ruleOf),
    outbound: document.outboundRules.filter(isEnabled).map((rule) => outboundRuleOf(rule, document.preConditions)),
    maps: Object.entries(document.rewriteMaps).map(([name, map]) => ({
      name,
      defaultValue: map.default ?? defaults.mapDefault,
      ignoreCase: map.ignoreCase ?? defaults.ignoreCase,
      entries: Object.entries(map.entries ?? {}),
    })),
  };
}

const isEnabled = ({ enabled = defaults.enabled }: { readonly enabled?: boolean | undefined }): boolean => enabled;

function ruleOf(rule: RuleDocument): RuleConfig {
  return {
    name: rule.name,
    syntax: rule.syntax ?? defaults.syntax,
    host: rule.host?.toLowerCase() ?? null,
    https: rule.https ?? null,
    path: rule.path === undefined ? null : patternOf(rule.path),
    ...conditionsOf(rule, defaults.captures),
    set: Object.entries(rule.set ?? {}).map(variableOf),
    action: actionOf(rule),
    stop: rule.stop ?? defaults.stop,
  };
}

function patternOf(written: PatternDocument): PatternConfig {
  const { pattern, ignoreCase, negate } = typeof written === "string" ? { pattern: written } : written;
  return { pattern, ignoreCase: ignoreCase ?? defaults.ignoreCase, negate: negate ?? defaults.negate };
}

interface Conditions {
  readonly conditions?: readonly ConditionDocument[] | undefined;
  readonly match?: "all" | "any" | undefined;
  readonly captures?: "last" | "all" | undefined;
}

function conditionsOf(written: Conditions, captures: "last" | "all"): ConditionsConfig {
  return {
    grouping: written.match ?? defaults.match,
    captures: written.captures ?? captures,
    conditions: (written.conditions ?? []).map((condition): ConditionConfig => ({
      input: condition.input,
      ...patternOf(condition),
    })),
  };
}

type VariableDocument = NonNullable<RuleDocument["set"]>[string];

function variableOf([name, written]: [name: string, written: VariableDocument]): SetVariableConfig {
  const { value, replace } = typeof written === "string" ? { value: written } : written;
  return { name: name.toUpperCase(), value, replace: replace ?? defaults.replace };
}

function actionOf(rule: RuleDocument): ActionConfig {
  const appendQuery = rule.appendQuery ?? defaults.appendQuery;
  if (rule.redirect !== undefined) {
    return { kind: "redirect", url: rule.redirect, status: rule.status ?? defaults.status, appendQuery };
  }
  if (rule.respond !== undefined) {
    const { status, reason, body } = rule.respond;
    return { kind: "respond", status, reason: reason ?? "", body: body ?? "" };
  }
  if (rule.abort === true) return { kind: "abort" };
  if (rule.farm === undefined && rule.rewrite === undefined) return { kind: "none" };
  return { kind: "rewrite", farm: rule.farm ?? null, url: rule.rewrite ?? null, appendQuery };
}

function outboundRuleOf(
  rule: OutboundRuleDocument,
  preConditions: Readonly<Record<string, PreConditionDocument>>,
): OutboundRuleConfig {
  return {
    name: rule.name,
    syntax: rule.syntax ?? defaults.syntax,
    preCondition: rule.when === undefined ? null : preConditionOf(rule.when, preConditions[rule.when]),
    target: targetOf(rule),
    match: patternOf(rule.pattern),
    ...conditionsOf(rule, defaults.outboundCaptures),
    value: rule.value ?? null,
    replace: rule.replace ?? defaults.replace,
    stop: rule.stop ?? defaults.stop,
  };
}

function preConditionOf(name: string, written: PreConditionDocument | undefined): PreConditionConfig {
  if (written === undefined) throw new RangeError(`there is no precondition ${name}`);
  return { name, syntax: written.syntax ?? defaults.syntax, ...conditionsOf(written, defaults.outboundCaptures) };
}

/** Tags are no matter of headers: they are not read. */
function targetOf({ header, responseStatus, occurrences }: OutboundRuleDocument): OutboundTargetConfig {
  if (header !== undefined) return { kind: "header", name: header.toLowerCase() };
  if (responseStatus === true) return { kind: "status" };
  return { kind: "body", occurrences: occurrences ?? defaults.occurrences };
}
