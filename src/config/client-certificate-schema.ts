import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected } from "./expected.ts";
import { fileSchema, switchSchema, textSchema } from "./leaf-schemas.ts";

const defaults = builtInDefaults.clientCertificate;
const notHosts = expected("a list of host names", "one or more, such as [portal.example.com], or leave the key out");
const notAField = expected("a header field", `a name of letters, digits and hyphens, such as ${defaults.header}`);

export const clientCertificateSchema = z.strictObject({
  ca: fileSchema.meta({
    description: "The CA certificates that clients' certificates are signed by (PEM, or one in DER).",
  }),
  require: switchSchema.optional().meta({
    description: "Requests without a trusted certificate are answered with 403. false: they pass, without the header.",
    default: defaults.require,
  }),
  hosts: z
    .array(textSchema("a host name", "a host name, such as portal.example.com"), { error: notHosts })
    .min(1, { error: notHosts })
    .optional()
    .meta({ description: "Only clients of these hosts are asked. Left out: all of the listener's." }),
  header: z
    .string({ error: notAField })
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, { error: notAField })
    .optional()
    .meta({
      description:
        "The field in which members get the certificate, in Base64. Clients' own fields of this name are removed.",
      default: defaults.header,
    }),
  crl: fileSchema.optional().meta({
    description:
      "Lists of revoked certificates (PEM, or one in DER), one for each CA. With it only certificates pass that they cover.",
  }),
});

export type ClientCertificateDocument = z.output<typeof clientCertificateSchema>;
