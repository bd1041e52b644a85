import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { fileSchema, switchSchema, textSchema } from "./leaf-schemas.ts";
import { tlsVersionSchema } from "./tls-version.ts";

const defaults = builtInDefaults.tls;

/** `tls` of a farm: how the members' certificates are checked. */
export const memberTlsSchema = z.strictObject({
  verify: switchSchema
    .optional()
    .meta({ description: "false: any certificate will do. For tests only.", default: defaults.verify }),
  serverName: textSchema("a host name", "the name on the members' certificate")
    .optional()
    .meta({ description: "The name that is asked for and verified. Left out: the server's host." }),
  ca: fileSchema
    .optional()
    .meta({ description: "A file with the CA certificates to trust instead of the system's (PEM, or one in DER)." }),
  fingerprint: textSchema("a fingerprint", "the SHA-256 of the members' certificate: 64 hexadecimal digits, in quotes")
    .optional()
    .meta({
      description: "SHA-256 of the members' certificate, 64 hexadecimal digits, colons allowed. It alone decides.",
    }),
  minVersion: tlsVersionSchema.optional().meta({
    description: "The oldest TLS version a member may use. Exchange 2007 and 2010 may need TLSv1.",
    default: defaults.minVersion,
  }),
});

export type MemberTlsDocument = z.output<typeof memberTlsSchema>;
