import * as z from "zod";
import type { BalanceName } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import { expectedOneOf } from "./expected.ts";
import { keySchema } from "./key-schema.ts";
import { percentageOrOffSchema } from "./units.ts";

const words = [
  "round-robin",
  "least-requests",
  "least-response-time",
  "power-of-two",
  "total-traffic",
] as const satisfies readonly BalanceName[];

const notAWord = expectedOneOf([...words, "{ hash: … }"]);

/** A word, or a map with what is hashed. */
export const balanceSchema = z.union(
  [
    z.enum(words),
    z.strictObject({
      hash: keySchema.meta({
        description: "Requests that are the same in this go to the same member, as long as it is available.",
      }),
      bound: percentageOrOffSchema(1, 1000).optional().meta({
        description: "How much more than its share of the requests in flight a member may carry.",
        default: builtInDefaults.hash.bound,
      }),
    }),
  ],
  {
    error: (issue) =>
      issue.input === "hash"
        ? '"hash" needs something to go by: write { hash: url }, { hash: client-address } or another of its forms'
        : notAWord(issue),
  },
);

export type BalanceDocument = z.output<typeof balanceSchema>;
