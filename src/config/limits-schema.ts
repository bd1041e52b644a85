import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected } from "./expected.ts";
import { textSchema } from "./leaf-schemas.ts";
import { frequencySchema, wholeNumberSchema } from "./units.ts";

const notNetworks = expected("a list of networks", "networks or addresses, such as [10.0.0.0/8, 192.168.1.4]");
const networksSchema = z.array(textSchema("a network", "a network or address, such as 10.0.0.0/8"), {
  error: notNetworks,
});

const mostRequests = 1_000_000;

const notALimit = expected("a limit", "{ requests: 50/s } or { requests: 50/s, burst: 200 }");

const rateSchema = z.strictObject(
  {
    requests: frequencySchema(mostRequests).meta({ description: "So many requests from each client in the long run." }),
    burst: wholeNumberSchema(1, mostRequests)
      .optional()
      .meta({ description: "So many at once after a rest. Left out: as many as the number in `requests`." }),
    by: z
      .literal("address", { error: expected("what clients are told apart by", "address, or leave the key out") })
      .optional()
      .meta({
        description: "Clients are told apart by their address, of IPv6 by its /64.",
        default: builtInDefaults.rate.by,
      }),
  },
  { error: (issue) => (issue.code === "invalid_type" ? notALimit(issue) : undefined) },
);

/** Of all requests, and of those of a route. */
export const requestLimitsShape = {
  allow: networksSchema
    .min(1, { error: () => "nobody is allowed: write networks, or leave the key out for everybody" })
    .optional()
    .meta({ description: "Networks and addresses of the clients that may send requests. Left out: everybody." }),
  deny: networksSchema
    .optional()
    .meta({ description: "Networks and addresses of clients that are refused, even where `allow` has them." }),
  rate: rateSchema.optional().meta({ description: "How many requests each client may send. Left out: no limit." }),
};

export type RequestLimitsDocument = z.output<z.ZodObject<typeof requestLimitsShape>>;

const connectionsSchema = wholeNumberSchema(1, 10_000_000);

/** The section `limits`. */
export const limitsSchema = z.strictObject({
  connections: connectionsSchema.optional().meta({
    description:
      "The most client connections of all listeners together. Left out: as many as each process has file handles for, with one for a member beside each.",
  }),
  connectionsPerClient: connectionsSchema.optional().meta({
    description:
      "The most connections of one client: an IPv4 address, or an IPv6 network of 64 bits. Not for `forwarded.trusted`. Left out: not limited.",
  }),
  ...requestLimitsShape,
});

export type LimitsDocument = z.output<typeof limitsSchema>;
