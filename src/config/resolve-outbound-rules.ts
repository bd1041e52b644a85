import type { OutboundRuleConfig } from "../rules/rule-config.ts";
import type { Document } from "./read-document.ts";
import type { RuleContext } from "./rule-context.ts";

export function resolveOutboundRules(_document: Document, _rules: RuleContext): OutboundRuleConfig[] {
  return [];
}
