import * as z from "zod";
import { certificateSchema } from "./certificate-schema.ts";
import { builtInDefaults } from "./defaults.ts";
import { expected } from "./expected.ts";
import { listenPortSchema, textSchema } from "./leaf-schemas.ts";
import { tlsVersionSchema } from "./tls-version.ts";
import { durationOrOffSchema, sizeSchema } from "./units.ts";

const defaults = builtInDefaults.listener;
const noCertificate = expected(
  "a list of certificates",
  "at least one file, such as [mail.pem], or leave the key out for plain HTTP",
);
const notRedirect = expected("a redirect", "https, or leave the key out");
const certificatesSchema = z.array(certificateSchema, { error: noCertificate }).min(1, { error: noCertificate });

/** One entry of `listen`. */
export const listenerSchema = z.strictObject({
  port: listenPortSchema.meta({ description: "The port on which clients connect. 0 = any free one." }),
  address: textSchema("an address", "an IP address of this machine, or leave the key out for all of them")
    .optional()
    .meta({ description: "The IP address on which clients connect. Left out: all, IPv4 and IPv6." }),
  certificates: certificatesSchema.optional().meta({
    description:
      "Certificates, chosen by the name the client asks for; the first also answers where none fits. A file name (PEM with certificate and key, or PFX without password), { cert, key }, or { pfx, password }. Left out: plain HTTP.",
  }),
  minVersion: tlsVersionSchema
    .optional()
    .meta({ description: "The oldest TLS version clients may use.", default: defaults.minVersion }),
  redirect: z
    .literal("https", { error: notRedirect })
    .optional()
    .meta({ description: "`https`: answers every request with a redirect to the listener that has certificates." }),
  timeouts: z
    .strictObject({
      header: durationOrOffSchema
        .optional()
        .meta({ description: "From the first byte of a request to the end of its header.", default: defaults.header }),
    })
    .optional()
    .meta({ description: "Time-outs that apply before the farm is known." }),
  maxHeader: sizeSchema("4KiB", "1MiB").optional().meta({
    description: "The largest header of a request. Kerberos tickets of users in many groups need up to 64 KiB.",
    default: defaults.maxHeader,
  }),
});

export type ListenerDocument = z.output<typeof listenerSchema>;
