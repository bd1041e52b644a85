import type * as z from "zod";
import type { FarmInput } from "../farm-schema.ts";
import type { listenerSchema } from "../listener-schema.ts";
import type { outboundRuleSchema, preConditionSchema } from "../outbound-rule-schema.ts";
import type { RouteInput } from "../route-schema.ts";
import type { rewriteMapSchema, RuleInput } from "../rule-schema.ts";

export type ListenerInput = z.input<typeof listenerSchema>;
export type OutboundRuleInput = z.input<typeof outboundRuleSchema>;
export type PreConditionInput = z.input<typeof preConditionSchema>;
export type RewriteMapInput = z.input<typeof rewriteMapSchema>;

/** The document that an import makes, as an admin would have written it. */
export interface ImportDocument {
  readonly listen: readonly ListenerInput[];
  readonly servers: Readonly<Record<string, string>>;
  readonly farms: Readonly<Record<string, FarmInput>>;
  readonly routes: readonly RouteInput[];
  readonly rules: readonly RuleInput[];
  readonly outboundRules: readonly OutboundRuleInput[];
  readonly preConditions: Readonly<Record<string, PreConditionInput>>;
  readonly rewriteMaps: Readonly<Record<string, RewriteMapInput>>;
  readonly forwarded?: { readonly logId: true };
  /** Blocks of presets by their key, in the place of farms and routes. */
  readonly presets: Readonly<Record<string, unknown>>;
}
