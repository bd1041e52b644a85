import * as z from "zod";
import { mayHaveBody } from "../http/body-status.ts";
import { builtInDefaults } from "./defaults.ts";
import { expected, expectedOneOf } from "./expected.ts";
import { switchSchema, textSchema } from "./leaf-schemas.ts";

const defaults = builtInDefaults.rule;
const syntaxes = ["ecmascript", "wildcard", "exact"] as const;

export const ruleNameSchema = textSchema("a name", "a name that says what the rule does");
const templateSchema = textSchema("a text", 'a text, in which "{R:1}", "{C:1}" and "{HTTP_HOST}" stand for values');
const patternTextSchema = textSchema("a pattern", 'a pattern in the rule\'s syntax, such as "^owa(/.*)?$"');
/** May be empty. */
export const valueSchema = z.string({ error: expected("a text", 'a text in quotes, such as "1" or "{HTTP_HOST}"') });
const noPattern = expected("a pattern", 'a text such as "^owa(/.*)?$", or { pattern, ignoreCase, negate }');

const patternShape = {
  pattern: patternTextSchema.meta({ description: "The pattern, in the rule's syntax." }),
  ignoreCase: switchSchema
    .optional()
    .meta({ description: "Capitals and small letters are the same.", default: defaults.ignoreCase }),
  negate: switchSchema
    .optional()
    .meta({ description: "Holds where the pattern does not match; captures nothing.", default: defaults.negate }),
};

export const patternSchema = z.union([patternTextSchema, z.strictObject(patternShape)], { error: noPattern });

export const syntaxSchema = z
  .enum(syntaxes, { error: expectedOneOf(syntaxes) })
  .optional()
  .meta({
    description:
      "Of all patterns here. `ecmascript`: regular expressions, found anywhere in the text; `wildcard`: `*` and `?`, the whole text; `exact`: the text itself.",
    default: defaults.syntax,
  });

const conditionSchema = z.strictObject({
  input: templateSchema.meta({ description: "What is compared, such as `{HTTP_HOST}` or `{QUERY_STRING}`." }),
  ...patternShape,
});

const notConditions = expected(
  "a list of conditions",
  'a list such as [{ input: "{HTTP_HOST}", pattern: "^mail\\." }]',
);

export const conditionsShape = {
  conditions: z
    .array(conditionSchema, { error: notConditions })
    .optional()
    .meta({ description: "What else must hold." }),
  match: z
    .enum(["all", "any"], { error: expectedOneOf(["all", "any"]) })
    .optional()
    .meta({ description: "`any`: one of the conditions is enough.", default: defaults.match }),
};

/** `{C:n}`; the default differs between rules and outbound rules. */
export function capturesSchema(byDefault: "last" | "all") {
  return z
    .enum(["last", "all"], { error: expectedOneOf(["last", "all"]) })
    .optional()
    .meta({
      description:
        "`last`: `{C:1}` is a group of the condition that matched last; `all`: the groups of all conditions are numbered on.",
      default: byDefault,
    });
}

const variableSchema = z.union(
  [
    z.string(),
    z.strictObject({
      value: valueSchema.meta({ description: 'The new value; "" removes a header.' }),
      replace: switchSchema
        .optional()
        .meta({ description: "false: a value that is there stays.", default: defaults.replace }),
    }),
  ],
  { error: expected("a value", 'a text such as "{REMOTE_ADDR}", or { value, replace: false }') },
);

const notValues = expected("a map", 'names and values, such as { HTTP_X_NAME: "{REMOTE_ADDR}" }');

const redirectStatuses = [301, 302, 303, 307, 308] as const;

const respondSchema = z.strictObject({
  status: z
    .int({ error: expected("a status", "a number from 200 to 599, but 204, 205 and 304") })
    .refine(mayHaveBody, {
      error: expected("a status", "a number from 200 to 599, but 204, 205 and 304"),
    })
    .meta({ description: "The status." }),
  reason: valueSchema.optional().meta({ description: "The words behind it. Left out: the usual ones." }),
  body: valueSchema.optional().meta({ description: "The text of the page, plain. Left out: a short page." }),
});

/** One entry of `rules`. */
export const ruleSchema = z.strictObject({
  name: ruleNameSchema.meta({ description: "Its name in logs, `explain` and messages; each only once." }),
  enabled: switchSchema.optional().meta({ description: "false: as if it were not there.", default: defaults.enabled }),
  syntax: syntaxSchema,
  host: textSchema("a host name", "a host name, *.domain or name.*")
    .optional()
    .meta({ description: "Only for this host name, written as in a route. Left out: any." }),
  https: switchSchema.optional().meta({
    description: "true: only with TLS; false: only without. Left out: both.",
  }),
  path: patternSchema.optional().meta({
    description:
      'Pattern for the path: decoded, without the "/" at its beginning and the query. Text, or { pattern, ignoreCase, negate }. Left out: any.',
  }),
  ...conditionsShape,
  captures: capturesSchema(defaults.captures),
  set: z.record(z.string(), variableSchema, { error: notValues }).optional().meta({
    description:
      "Values by name: `HTTP_X_NAME` is the request's header X-Name, `HTTP_HOST` the Host that the member gets, any other name a variable for later rules.",
  }),
  farm: templateSchema
    .optional()
    .meta({ description: "Action: the farm that gets the request, whatever the routes say." }),
  rewrite: templateSchema.optional().meta({
    description:
      'Action: the new path, with a query or without, such as "/app/{R:1}". Without `farm` the routes decide by it.',
  }),
  redirect: templateSchema
    .optional()
    .meta({ description: 'Action: the client is sent there, such as "https://{HTTP_HOST}/owa/".' }),
  status: z
    .literal([...redirectStatuses], { error: expectedOneOf(redirectStatuses.map(String)) })
    .optional()
    .meta({ description: "Of a redirect.", default: defaults.status }),
  respond: respondSchema.optional().meta({ description: "Action: this answer." }),
  abort: z
    .literal(true, { error: expected("an action", "abort: true, or leave the key out") })
    .optional()
    .meta({ description: "Action: the connection is closed without an answer." }),
  appendQuery: switchSchema.optional().meta({
    description: "The query of the request is put behind the one of `rewrite` or `redirect`.",
    default: defaults.appendQuery,
  }),
  stop: switchSchema.optional().meta({
    description: "Once it has matched, the rules behind it are not tried. redirect, respond and abort always stop.",
    default: defaults.stop,
  }),
});

export type RuleDocument = z.output<typeof ruleSchema>;
export type RuleInput = z.input<typeof ruleSchema>;
export type PatternDocument = z.output<typeof patternSchema>;
export type ConditionDocument = z.output<typeof conditionSchema>;

/** One entry of `rewriteMaps`. */
export const rewriteMapSchema = z.strictObject({
  default: valueSchema.optional().meta({ description: "What a missing key stands for.", default: defaults.mapDefault }),
  ignoreCase: switchSchema
    .optional()
    .meta({ description: "Capitals and small letters of keys are the same.", default: defaults.ignoreCase }),
  entries: z
    .record(z.string(), valueSchema, { error: expected("a map", "a map of keys to values, such as { /old: /new }") })
    .optional()
    .meta({ description: "Values by key; `{NAME:{REQUEST_URI}}` looks the path and query up." }),
});

export type RewriteMapDocument = z.output<typeof rewriteMapSchema>;
