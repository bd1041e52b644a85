import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected } from "./expected.ts";
import { listenPortSchema, textSchema } from "./leaf-schemas.ts";

const defaults = builtInDefaults.metrics;
const notNetworks = expected("a list of networks", "networks or addresses, such as [10.0.0.0/8, 192.168.1.4]");

/** The section `metrics`. */
export const metricsSchema = z.union(
  [
    z.literal("off"),
    z.strictObject({
      address: textSchema("an address", "an IP address of this machine, or leave the key out for all of them")
        .optional()
        .meta({ description: "The IP address to listen on. Left out: all, IPv4 and IPv6." }),
      port: listenPortSchema.optional().meta({ description: "The port. 0 = any free one.", default: defaults.port }),
      allow: z
        .array(textSchema("a network", "a network or address, such as 10.0.0.0/8"), { error: notNetworks })
        .min(1, { error: () => "nobody is allowed: write networks, or leave the key out for this machine alone" })
        .optional()
        .meta({ description: "Who may read: networks and addresses, of Prometheus mostly.", default: defaults.allow }),
    }),
  ],
  { error: expected("the metrics' place", "{ port: 9901, allow: [10.0.0.5] }, or off") },
);

export type MetricsDocument = z.output<typeof metricsSchema>;
