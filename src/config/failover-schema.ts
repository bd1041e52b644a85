import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expectedOneOf } from "./expected.ts";
import { fileSchema } from "./leaf-schemas.ts";
import { durationOrOffSchema, percentageOrOffSchema, sizeSchema, wholeNumberSchema } from "./units.ts";

const defaults = builtInDefaults.failover;
const repeats = ["safe", "idempotent", "any"] as const;
const allDowns = ["refuse", "panic", "last-known-good"] as const;

/** `failover` of a farm and of `defaults`. */
export const failoverSchema = z.strictObject({
  tries: wholeNumberSchema(1, 10).optional().meta({
    description: "Attempts in all, each on another member. 1 = never a second.",
    default: defaults.tries,
  }),
  replay: sizeSchema("0B", "16MiB").optional().meta({
    description: "How much of a request's body is kept for sending it again where that is safe.",
    default: defaults.replay,
  }),
  repeat: z
    .enum(repeats, { error: expectedOneOf(repeats) })
    .optional()
    .meta({
      description:
        "What may be sent again after a member may have acted on it. `safe`: GET, HEAD, OPTIONS. `idempotent`: also PUT, DELETE, TRACE. `any`: everything, also a POST, which may then be done twice.",
      default: defaults.repeat,
    }),
  budget: percentageOrOffSchema(1, 100).optional().meta({
    description:
      "The most requests that are sent again, of those of the last 10 s; 100 are always allowed. Requests of which nothing was sent do not count.",
    default: defaults.budget,
  }),
  attemptTimeout: durationOrOffSchema.optional().meta({
    description:
      "How long a member may take for the header of an answer where the request may be sent to another one; the last attempt has `timeouts.response`.",
    default: defaults.attemptTimeout,
  }),
  hedge: durationOrOffSchema.optional().meta({
    description:
      "A GET or HEAD that has no answer by then is sent to another member as well; the first answer counts, the other connection is closed.",
    default: defaults.hedge,
  }),
  allDown: z
    .enum(allDowns, { error: expectedOneOf(allDowns) })
    .optional()
    .meta({
      description:
        "Where no member is available. `refuse`: 503. `panic`: all are tried, but those that an operator took out. `last-known-good`: those that were the last ones to work.",
      default: defaults.allDown,
    }),
  retryAfter: durationOrOffSchema.optional().meta({
    description: "What the router's own 503 asks clients to wait (Retry-After), in whole seconds.",
    default: defaults.retryAfter,
  }),
  sorryPage: fileSchema.optional().meta({
    description: "An HTML file in UTF-8 that the router's own 503 shows. Left out: a short page.",
  }),
});

export type FailoverDocument = z.output<typeof failoverSchema>;
