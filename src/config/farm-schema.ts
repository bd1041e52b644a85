import * as z from "zod";
import { affinitySchema } from "./affinity-schema.ts";
import { balanceSchema } from "./balance-schema.ts";
import { builtInDefaults } from "./defaults.ts";
import { expected, expectedOneOf } from "./expected.ts";
import { failoverSchema } from "./failover-schema.ts";
import { healthSchema } from "./health-schema.ts";
import { nameSchema, portSchema } from "./leaf-schemas.ts";
import { liveTrafficSchema } from "./live-traffic-schema.ts";
import { maxRequestsSchema, minimumServersSchema, queueSchema, slowStartSchema, weightSchema } from "./load-schemas.ts";
import { stateSchema } from "./server-schema.ts";
import { memberTlsSchema } from "./member-tls-schema.ts";
import { timeoutsSchema } from "./timeouts-schema.ts";

const connectionAuths = ["pin", "auto"] as const;

const notAMember = expected("a member", "the name of a server, or { server: NAME, port: PORT }");
const noMembers = expected("a list of servers", "the names of one or more servers, such as [cas1, cas2]");

/** One entry of `servers` in a farm. */
const memberSchema = z.union(
  [
    nameSchema,
    z.strictObject({
      server: nameSchema.meta({ description: "The name of a server under `servers`." }),
      port: portSchema.optional().meta({ description: "Another port than the server's own." }),
      weight: weightSchema,
      maxRequests: maxRequestsSchema.meta({
        description: "As `maxRequests` of the farm, for this member.",
      }),
      state: stateSchema.meta({
        description: "What an operator has not decided otherwise: `available`, `drain` or `unavailable`.",
        default: builtInDefaults.member.state,
      }),
    }),
  ],
  { error: notAMember },
);

export const membersSchema = z
  .array(memberSchema, { error: noMembers })
  .min(1, { error: () => "a farm needs a member: write the names of one or more servers, such as [cas1, cas2]" });

/** One entry of `farms`. */
export const farmSchema = z.strictObject({
  servers: membersSchema.meta({ description: "The farm's members: names of servers, or { server, port }." }),
  health: healthSchema.optional().meta({ description: "The health check of each member, or `off`." }),
  balance: balanceSchema.optional().meta({
    description: "How a member is chosen among the available ones: a word, or { hash: … }.",
    default: builtInDefaults.balance,
  }),
  affinity: affinitySchema.optional().meta({
    description: "What keeps a client on one member. Left out: nothing does. docs/balance-and-affinity.md explains it.",
  }),
  timeouts: timeoutsSchema.optional().meta({ description: "Time-outs; each can be `off`." }),
  tls: memberTlsSchema.optional().meta({ description: "How the members' certificates are checked." }),
  connectionAuth: z
    .enum(connectionAuths, { error: expectedOneOf(connectionAuths) })
    .optional()
    .meta({
      description:
        "`pin`: each client connection has member connections of its own, as NTLM and Negotiate need. `auto`: member connections are shared until one carries NTLM or Negotiate.",
      default: builtInDefaults.connectionAuth,
    }),
  failover: failoverSchema.optional().meta({ description: "What happens where a member fails before it answered." }),
  liveTraffic: liveTrafficSchema
    .optional()
    .meta({ description: "When failures of requests speak against a member, or `off`." }),
  minimumServers: minimumServersSchema,
  slowStart: slowStartSchema,
  maxRequests: maxRequestsSchema,
  queue: queueSchema.optional().meta({ description: "Requests that wait where all members are busy." }),
});

export type FarmInput = z.input<typeof farmSchema>;
export type FarmDocument = z.output<typeof farmSchema>;
