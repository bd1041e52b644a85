import * as z from "zod";
import type { AdminState } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import { expected, expectedOneOf } from "./expected.ts";
import { textSchema } from "./leaf-schemas.ts";

const wording = expected(
  "the address of a server",
  "a host name, an IP address or a URL, such as cas1.example.local or https://10.0.0.12:443",
);
const error = (issue: { readonly input?: unknown }): string =>
  Array.isArray(issue.input)
    ? 'this is a list in YAML: put an IPv6 address with its brackets in quotes, such as "[fd00::1]"'
    : wording(issue);

const states = ["available", "drain", "unavailable"] as const satisfies readonly AdminState[];

export const stateSchema = z.enum(states, { error: expectedOneOf(states) }).optional();

const addressSchema = z.string({ error }).min(1, { error });

/** One entry of `servers`. */
export const serverSchema = z.union(
  [
    addressSchema,
    z.strictObject({
      url: addressSchema.meta({ description: "The server's URL; `https` and its port where left out." }),
      state: stateSchema.meta({
        description: "Of all its members, as long as no operator says otherwise.",
        default: builtInDefaults.member.state,
      }),
      identity: textSchema("a name", "the name that the server's health page says, such as ex01.example.local")
        .optional()
        .meta({
          description:
            "A text that the server's own answers to checks contain, such as the name in HealthCheck.htm. Another server's answer then fails the check. Left out: only the host names of the other servers are recognised.",
        }),
    }),
  ],
  { error },
);

export type ServerDocument = z.output<typeof serverSchema>;
