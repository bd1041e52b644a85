import * as z from "zod";
import { expected } from "./expected.ts";

const wording = expected(
  "the address of a server",
  "a host name, an IP address or a URL, such as cas1.example.local or https://10.0.0.12:443",
);
const error = (issue: { readonly input?: unknown }): string =>
  Array.isArray(issue.input)
    ? 'this is a list in YAML: put an IPv6 address with its brackets in quotes, such as "[fd00::1]"'
    : wording(issue);

const addressSchema = z.string({ error }).min(1, { error });

/** One entry of `servers`. */
export const serverSchema = z.union(
  [
    addressSchema,
    z.strictObject({
      url: addressSchema.meta({ description: "The server's URL; `https` and its port where left out." }),
    }),
  ],
  { error },
);

export type ServerDocument = z.output<typeof serverSchema>;
