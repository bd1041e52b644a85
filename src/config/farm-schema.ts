import * as z from "zod";
import { affinitySchema } from "./affinity-schema.ts";
import { balanceSchema } from "./balance-schema.ts";
import { builtInDefaults } from "./defaults.ts";
import { expected, expectedOneOf } from "./expected.ts";
import { healthSchema } from "./health-schema.ts";
import { nameSchema, portSchema } from "./leaf-schemas.ts";
import { memberTlsSchema } from "./member-tls-schema.ts";
import { timeoutsSchema } from "./timeouts-schema.ts";
import { sizeSchema, wholeNumberSchema } from "./units.ts";

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
    }),
  ],
  { error: notAMember },
);

export const membersSchema = z
  .array(memberSchema, { error: noMembers })
  .min(1, { error: () => "a farm needs a member: write the names of one or more servers, such as [cas1, cas2]" });

export const failoverSchema = z.strictObject({
  tries: wholeNumberSchema(1, 10).optional().meta({
    description: "Attempts in all, each on another member. 1 = never a second.",
    default: builtInDefaults.failover.tries,
  }),
  replay: sizeSchema("0B", "16MiB").optional().meta({
    description: "How much of a request's body is kept for sending it again where that is safe.",
    default: builtInDefaults.failover.replay,
  }),
});

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
});

export type FailoverDocument = z.output<typeof failoverSchema>;
export type FarmInput = z.input<typeof farmSchema>;
export type FarmDocument = z.output<typeof farmSchema>;
