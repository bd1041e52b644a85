import * as z from "zod";
import { clientCertificateSchema } from "./client-certificate-schema.ts";
import type { TlsPolicy } from "./config.ts";
import { builtInDefaults } from "./defaults.ts";
import { expectedOneOf } from "./expected.ts";
import { switchSchema } from "./leaf-schemas.ts";
import { tlsVersionSchema } from "./tls-version.ts";

const defaults = builtInDefaults.listener;
const http2Choices = ["auto", "on", "off"] as const;
const policies = ["modern", "intermediate", "legacy"] as const satisfies readonly TlsPolicy[];

/** The keys of a listener that say how it speaks TLS. */
export const listenerTlsShape = {
  tls: z
    .enum(policies, { error: expectedOneOf(policies) })
    .optional()
    .meta({
      description:
        "Which TLS versions and cipher suites clients may use. `modern`: TLS 1.3 alone. `intermediate`: 1.2 and 1.3. `legacy`: also what Windows 7 to 8.1 and their Outlook need.",
      default: defaults.tls,
    }),
  minVersion: tlsVersionSchema.optional().meta({
    description:
      "The oldest TLS version clients may use. Left out: what `tls` says, TLSv1.3, TLSv1.2 and TLSv1 in its order.",
  }),
  clientCertificate: clientCertificateSchema.optional().meta({
    description: "Clients are asked for a certificate (mutual TLS), which members get in a header.",
  }),
  strictSni: switchSchema.optional().meta({
    description: "Clients that ask for no name or an unknown one are refused before they see a certificate.",
    default: defaults.strictSni,
  }),
  http2: z
    .enum(http2Choices, { error: expectedOneOf(http2Choices) })
    .optional()
    .meta({
      description:
        "Whether clients may use HTTP/2. `auto`: under every name but those that lead to a farm with `connectionAuth: pin`, as NTLM needs HTTP/1.1. `on`: under all names; a request for such a farm is sent back to HTTP/1.1. `off`: HTTP/1.1 alone.",
      default: defaults.http2,
    }),
};
