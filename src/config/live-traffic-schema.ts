import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected, expectedOneOf } from "./expected.ts";
import { durationSchema, percentageSchema, wholeNumberSchema } from "./units.ts";

const defaults = builtInDefaults.liveTraffic;
const kinds = ["connect", "timeout", "reset"] as const;
const thens = ["probe-now", "eject"] as const;

const notCounted = expected("what counts", "connect, timeout, reset or a status from 500 to 599");
const countSchema = z.union(
  [
    z.enum(kinds, { error: notCounted }),
    z.int({ error: notCounted }).min(500, { error: notCounted }).max(599, { error: notCounted }),
  ],
  { error: notCounted },
);
const noCount = expected("a list of what counts", "such as [connect, timeout, reset, 503]");

export const liveTrafficShape = z.strictObject({
  count: z
    .array(countSchema, { error: noCount })
    .min(1, { error: () => "nothing counts: write what does, or liveTraffic: off" })
    .optional()
    .meta({
      description:
        "What counts against a member. `connect`: it could not be reached. `timeout`: no answer in time. `reset`: it broke off, or answered what is no HTTP. Statuses of 500 to 599: what clients do wrong never counts.",
      default: defaults.count.join(", "),
    }),
  fails: wholeNumberSchema(1, 1000)
    .optional()
    .meta({ description: "So many failures are enough.", default: defaults.fails }),
  within: durationSchema.optional().meta({ description: "Within that time.", default: defaults.within }),
  // oxlint-disable-next-line unicorn/no-thenable -- A word of the configuration; nobody awaits it.
  then: z
    .enum(thens, { error: expectedOneOf(thens) })
    .optional()
    .meta({
      description:
        "`probe-now`: the health check runs at once, and one failure of it takes the member out. `eject`: it is out for a time, without a check; then a single request tries it. A farm without a check always ejects.",
      default: defaults.then,
    }),
  ejectFor: durationSchema.optional().meta({
    description: "With `eject`: how long; twice as long each time that the trying request fails, at most ten times.",
    default: defaults.ejectFor,
  }),
  maxEjected: percentageSchema(100).optional().meta({
    description: "With `eject`: the most members of the farm that are out by it at the same time.",
    default: defaults.maxEjected,
  }),
});

/** `liveTraffic` of a farm and of `defaults`. */
export const liveTrafficSchema = z.union([z.literal("off"), liveTrafficShape], {
  error: expected("what live traffic does", "{ fails: 2, within: 5s } with other keys as needed, or off"),
});

export type LiveTrafficDocument = z.output<typeof liveTrafficSchema>;
