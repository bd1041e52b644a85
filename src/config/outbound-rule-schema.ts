import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected, expectedOneOf } from "./expected.ts";
import { switchSchema, textSchema } from "./leaf-schemas.ts";
import {
  capturesSchema,
  conditionsShape,
  patternSchema,
  ruleNameSchema,
  syntaxSchema,
  valueSchema,
} from "./rule-schema.ts";

const defaults = builtInDefaults.rule;

/** The attributes that a tag's name stands for, as in IIS URL Rewrite. */
export const tagNames = [
  "a",
  "area",
  "base",
  "form",
  "frame",
  "head",
  "iframe",
  "img",
  "input",
  "link",
  "script",
] as const;

const tagSchema = z.union(
  [
    z.enum(tagNames, { error: expectedOneOf(tagNames) }),
    z.strictObject({
      tag: textSchema("a tag", "the name of a tag, such as div").meta({ description: "The tag's name." }),
      attribute: textSchema("an attribute", "the name of an attribute, such as data-url").meta({
        description: "The attribute's name.",
      }),
    }),
  ],
  { error: expected("a tag", `one of ${tagNames.join(", ")}, or { tag, attribute }`) },
);

/** One entry of `preConditions`. */
export const preConditionSchema = z.strictObject({ syntax: syntaxSchema, ...conditionsShape });

/** One entry of `outboundRules`. */
export const outboundRuleSchema = z.strictObject({
  name: ruleNameSchema.meta({ description: "Its name in logs, `explain` and messages; each only once." }),
  enabled: switchSchema.optional().meta({ description: "false: as if it were not there.", default: defaults.enabled }),
  syntax: syntaxSchema,
  when: textSchema("a name", "the name of a precondition")
    .optional()
    .meta({ description: "Only where this one of the `preConditions` holds. Left out: for all responses." }),
  header: textSchema("a header", "the name of a response header, such as Location")
    .optional()
    .meta({ description: "What is rewritten: this header of the response." }),
  responseStatus: z
    .literal(true, { error: expected("a target", "responseStatus: true, or leave the key out") })
    .optional()
    .meta({ description: "What is rewritten: the status, a number." }),
  tags: z
    .array(tagSchema, { error: expected("a list of tags", "a list such as [a, form, img]") })
    .min(1)
    .optional()
    .meta({
      description:
        "What is rewritten: links in these HTML tags (a: href, img: src, …), or attributes of your own. Without `header`, `responseStatus` and `tags`: the whole text of the body.",
    }),
  occurrences: z
    .int({ error: expected("a number", "how often it is replaced at most, such as 1, or 0 for always") })
    .min(0)
    .optional()
    .meta({ description: "How often the pattern is replaced in a body; 0: always.", default: defaults.occurrences }),
  pattern: patternSchema.meta({ description: "What is looked for; text, or { pattern, ignoreCase, negate }." }),
  ...conditionsShape,
  captures: capturesSchema(defaults.outboundCaptures),
  value: valueSchema.optional().meta({
    description: 'What is put in the place of the match; "" removes a header. Left out: nothing is changed.',
  }),
  replace: switchSchema
    .optional()
    .meta({ description: "false: a header that is there stays.", default: defaults.replace }),
  stop: switchSchema
    .optional()
    .meta({ description: "Once it has matched, the rules behind it are not tried.", default: defaults.stop }),
});

export type OutboundRuleDocument = z.output<typeof outboundRuleSchema>;
export type PreConditionDocument = z.output<typeof preConditionSchema>;
