import type { ResponseHead } from "../../http/response-head.ts";
import { compileMaps } from "../rewrite-maps.ts";
import type { RulesConfig } from "../rule-config.ts";
import type { ForwardOutcome } from "../rule-outcome.ts";
import type { RuleRequest } from "../rule-request.ts";
import type { Template, TemplateScope } from "../template.ts";
import { createBodyRewriter } from "./body-rewriter.ts";
import type { BodyRule, ReportProblem } from "./body-rule.ts";
import { applyToHeader, applyToStatus, bodyRule, compileOutboundRule, type OutboundRule } from "./outbound-rule.ts";
import type { ResponseChanges } from "./response-changes.ts";
import { ResponseState } from "./response-state.ts";

/** Outbound rules made ready for use. */
export interface OutboundRules {
  /**
   * What becomes of a response; null = it is passed on as it is. `inbound`: what the rules have made of the request, whose
   * variables can be read. The request is read as long as the response's body goes on.
   */
  apply(
    { request, inbound }: { readonly request: RuleRequest; readonly inbound: ForwardOutcome },
    head: ResponseHead,
    report: ReportProblem,
  ): ResponseChanges | null;
}

/** null = there are none. The configuration must have been found good. */
export function compileOutboundRules({ outbound, maps }: RulesConfig): OutboundRules | null {
  if (outbound.length === 0) return null;
  const scope: TemplateScope = { maps: compileMaps(maps), extra: responseVariable };
  const rules = outbound.map((config) => compileOutboundRule(config, scope));
  return {
    apply({ request, inbound }, head, report) {
      const state = new ResponseState(head, request, inbound);
      const bodyRules = applyInOrder(rulesFor(rules, state), state);
      return state.changes(createBodyRewriter(head, bodyRules, report));
    },
  };
}

/** {RESPONSE_STATUS} and {RESPONSE_NAME}. */
function responseVariable(name: string): Template | null {
  if (!name.startsWith("RESPONSE_")) return null;
  const header = name.slice("RESPONSE_".length).toLowerCase().replaceAll("_", "-");
  return (state) => {
    if (!(state instanceof ResponseState)) return "";
    return header === "status" ? String(state.status) : state.values(header).join(", ");
  };
}

/** Those whose precondition holds: that is judged once, before any rule has changed the response. */
function rulesFor(rules: readonly OutboundRule[], state: ResponseState): readonly OutboundRule[] {
  const judged = new Map<string, boolean>();
  return rules.filter(({ config, preCondition }) => {
    if (preCondition === null || config.preCondition === null) return true;
    const { name } = config.preCondition;
    const holds = judged.get(name) ?? preCondition(state, null);
    judged.set(name, holds);
    return holds;
  });
}

/** Changes status and headers; what is for the body comes later, when that comes. */
function applyInOrder(rules: readonly OutboundRule[], state: ResponseState): BodyRule[] {
  const bodyRules: BodyRule[] = [];
  for (const rule of rules) {
    const { target, stop } = rule.config;
    if (target.kind === "body" || target.kind === "tags") bodyRules.push(bodyRule(rule, target, state));
    else {
      const matched = target.kind === "status" ? applyToStatus(rule, state) : applyToHeader(rule, target.name, state);
      if (matched && stop) break;
    }
  }
  return bodyRules;
}
