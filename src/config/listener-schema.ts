import * as z from "zod";
import { certificateSchema } from "./certificate-schema.ts";
import { builtInDefaults } from "./defaults.ts";
import { expected } from "./expected.ts";
import { listenPortSchema, textSchema } from "./leaf-schemas.ts";
import { listenerTlsShape } from "./listener-tls-schema.ts";
import { durationOrOffSchema, sizeSchema, wholeNumberSchema } from "./units.ts";

const defaults = builtInDefaults.listener;
const noCertificate = expected(
  "a list of certificates",
  "at least one file, such as [mail.pem], or leave the key out for plain HTTP",
);
const notRedirect = expected("a redirect", "https, or leave the key out");
const noAddress = expected("an address", "an IP address of this machine, or leave the key out for all of them");
const listenAddressSchema = z.string({ error: noAddress }).min(1, { error: noAddress });

/**
 * Digits as `chmod` takes them. YAML reads 0660 as the number 660 and 0o660 as 432: the former is meant as it looks, and
 * as only 0, 6 and 7 are of use here, the latter is never taken for another mode.
 */
const notAMode = expected("a mode", "0660 for the owner and the group, 0600 or 0666");
const socketModeSchema = z
  .union([z.string(), z.number()], { error: notAMode })
  .refine((written) => /^0?[67][067]{2}$/.test(String(written)), { error: notAMode })
  .transform((written) => Number.parseInt(String(written), 8))
  .meta({ title: "mode" });

const noBalancers = expected("a list of networks", "the balancers' networks or addresses, such as [10.0.0.0/8]");
const balancerSchema = textSchema("a network", "a network or address, such as 10.0.0.0/8");
const certificatesSchema = z.array(certificateSchema, { error: noCertificate }).min(1, { error: noCertificate });

/** One entry of `listen`. */
export const listenerSchema = z.strictObject({
  port: listenPortSchema
    .optional()
    .meta({ description: "The port on which clients connect. 0 = any free one. Needed unless `unix` is given." }),
  address: z
    .union([listenAddressSchema, z.array(listenAddressSchema).min(1, { error: noAddress })], { error: noAddress })
    .optional()
    .meta({
      description:
        "The IP address on which clients connect, or a list of them. `0.0.0.0`: all of IPv4; `::`: all of IPv6. Left out: all, IPv4 and IPv6.",
    }),
  unix: textSchema("a path", "the absolute path of a socket, such as /run/fairlead/http.sock").optional().meta({
    description: "Instead of a port: the absolute path of a Unix domain socket, on Windows of a named pipe.",
  }),
  mode: socketModeSchema
    .optional()
    .meta({ description: "Who may connect to the Unix domain socket.", default: defaults.mode }),
  proxyProtocol: z.array(balancerSchema, { error: noBalancers }).min(1, { error: noBalancers }).optional().meta({
    description:
      "Networks of the balancers that begin each connection with a header of the PROXY protocol (version 1 or 2), which names the client. Without a header, and from elsewhere, no connection is taken. `unix`: who comes by the Unix domain socket.",
  }),
  certificates: certificatesSchema.optional().meta({
    description:
      "Certificates, chosen by the name the client asks for; the first also answers where none fits. A file name (PEM with certificate and key, or PFX without password), { cert, key }, { pfx, password }, or { acme: [names] } to get it by ACME. Left out: plain HTTP.",
  }),
  ...listenerTlsShape,
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
  maxHeaders: wholeNumberSchema(10, 5000).optional().meta({
    description: "The most header lines of a request.",
    default: defaults.maxHeaders,
  }),
  maxUrl: sizeSchema("256B", "1MiB").optional().meta({
    description: "The longest URL of a request, path and query; it also counts as part of its header.",
    default: defaults.maxUrl,
  }),
});

export type ListenerDocument = z.output<typeof listenerSchema>;
