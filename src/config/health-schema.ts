import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected } from "./expected.ts";
import { textSchema } from "./leaf-schemas.ts";
import { statusSchema } from "./status-ranges.ts";
import { durationSchema, percentageSchema, wholeNumberSchema } from "./units.ts";

const defaults = builtInDefaults.health;
const notAMethod = expected("a method", "an HTTP method, such as GET or OPTIONS");

const shared = {
  method: z
    .string({ error: notAMethod })
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: notAMethod })
    .optional()
    .meta({ description: "The method of the request.", default: defaults.method }),
  every: durationSchema
    .optional()
    .meta({ description: "Time between two checks of a member.", default: defaults.every }),
  whileFailing: durationSchema
    .optional()
    .meta({ description: "The same while the member is failing or not yet known.", default: defaults.whileFailing }),
  jitter: percentageSchema(90)
    .optional()
    .meta({ description: "How far each interval is stretched or shortened at random.", default: defaults.jitter }),
  timeout: durationSchema
    .optional()
    .meta({ description: "The check fails where the answer is not complete by then.", default: defaults.timeout }),
  fall: wholeNumberSchema(1, 100)
    .optional()
    .meta({ description: "Failures in a row that take a healthy member out.", default: defaults.fall }),
  rise: wholeNumberSchema(1, 100).optional().meta({
    description: "Successes in a row that bring it back. The first check after the start decides alone.",
    default: defaults.rise,
  }),
  expect: z
    .strictObject({
      status: statusSchema
        .optional()
        .meta({ description: 'Status of a good answer: 200, "200-399" or a list of both.', default: defaults.status }),
      body: textSchema("a text", "the text that a good answer contains, in quotes")
        .optional()
        .meta({ description: "A text that must occur in the first 64 KiB of the body. Left out: any body." }),
    })
    .optional()
    .meta({ description: "What a good answer looks like." }),
};

/** `defaults.health`. */
export const healthDefaultsSchema = z.strictObject(shared);

const notHealth = expected("a health check", "{ path: /… } with other keys as needed, or off");

/** `farms.*.health`. */
export const healthSchema = z.union(
  [
    z.literal("off"),
    z.strictObject({
      path: textSchema("a path", 'a path that begins with "/"')
        .optional()
        .meta({ description: "What is asked of each member, with a query if needed. Left out: no active check." }),
      host: textSchema("a host name", "the host name that the check asks for").optional().meta({
        description:
          "The Host header and the TLS name of the check. Left out: the first host of the farm's routes, else the server's.",
      }),
      ...shared,
    }),
  ],
  { error: notHealth },
);

export type HealthDocument = z.output<typeof healthSchema>;
export type HealthDefaultsDocument = z.output<typeof healthDefaultsSchema>;
