import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected } from "./expected.ts";
import { durationOrOffSchema, durationSchema, wholeNumberSchema } from "./units.ts";

export const weightSchema = wholeNumberSchema(1, 1000)
  .optional()
  .meta({ description: "Its share relative to the other members'.", default: builtInDefaults.member.weight });

export const maxRequestsSchema = wholeNumberSchema(1, 1_000_000).optional().meta({
  description:
    "The most requests that each member works on at once, tunnels included. Others wait in the queue. Left out: no limit.",
});

export const minimumServersSchema = wholeNumberSchema(0, 1000).optional().meta({
  description:
    "With fewer available servers the farm is in need: operators are warned, and live traffic ejects none of these.",
  default: builtInDefaults.minimumServers,
});

export const slowStartSchema = durationOrOffSchema.optional().meta({
  description:
    "How long a member that comes back gets less than its share, from a tenth on. Not at the router's start.",
  default: builtInDefaults.slowStart,
});

/** `queue` of a farm. */
export const queueSchema = z.strictObject(
  {
    length: wholeNumberSchema(0, 100_000).optional().meta({
      description: "The most requests that wait, in each worker process. More are answered with 503.",
      default: builtInDefaults.queue.length,
    }),
    timeout: durationSchema
      .optional()
      .meta({ description: "How long each may wait. Then: 503.", default: builtInDefaults.queue.timeout }),
  },
  {
    error: (issue) =>
      issue.code === "invalid_type" ? expected("a queue", "{ length: 100, timeout: 10s }")(issue) : undefined,
  },
);
