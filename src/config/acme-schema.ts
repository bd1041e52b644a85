import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected, expectedOneOf } from "./expected.ts";
import { fileSchema, textSchema } from "./leaf-schemas.ts";

const defaults = builtInDefaults.acme;
const challengeNames = ["auto", "http-01", "tls-alpn-01"] as const;
const notAgreed = expected("an agreement", "true, once you have read the authority's terms");
const notAnAddress = expected("a mail address", "an address such as admin@example.com");

/** `acme`: the account at the certificate authority. */
export const acmeSchema = z.strictObject({
  email: z
    .string({ error: notAnAddress })
    .regex(/^[^\s@,]+@[^\s@,]+$/, { error: notAnAddress })
    .optional()
    .meta({ description: "Where the authority writes to when something is wrong with the account." }),
  directory: textSchema("a directory", "letsencrypt, letsencrypt-staging, or the https URL of a directory")
    .optional()
    .meta({
      description: "The authority: letsencrypt, letsencrypt-staging (for trials), or the URL of an ACME directory.",
      default: defaults.directory,
    }),
  agreeToTerms: z
    .literal(true, { error: notAgreed })
    .meta({ description: "true: you agree to the authority's terms of service." }),
  ca: fileSchema.optional().meta({
    description: "PEM file with the CA certificates to trust for a private directory. Left out: the system's.",
  }),
  eab: z
    .strictObject({
      keyId: textSchema("a key identifier", "the key identifier that the authority gave you").meta({
        description: "The key's identifier.",
      }),
      hmacKeyFile: fileSchema.optional().meta({ description: "A file whose first line is the key in base64url." }),
      hmacKeyEnv: textSchema("a name", "the name of an environment variable")
        .optional()
        .meta({ description: "The environment variable that holds the key in base64url." }),
    })
    .optional()
    .meta({ description: "External account binding, for authorities that ask for it (RFC 8555 7.3.4)." }),
  challenge: z
    .enum(challengeNames, { error: expectedOneOf(challengeNames) })
    .optional()
    .meta({
      description:
        "How names are proved: http-01 (port 80), tls-alpn-01 (port 443), or auto: what the listeners make possible, in turn.",
      default: defaults.challenge,
    }),
  folder: fileSchema.optional().meta({
    description:
      "The folder for the account's key and the certificates, relative to this file. Keep it; nobody else may read it.",
    default: defaults.folder,
  }),
});

export type AcmeDocument = z.output<typeof acmeSchema>;

const keyNames = ["ecdsa", "rsa"] as const;
const notNames = expected("a list of host names", "at least one, such as [mail.example.com]");

/** An entry of `listen.*.certificates`. */
export const acmeCertificateSchema = z.strictObject({
  acme: z
    .array(textSchema("a host name", "a host name such as mail.example.com"), { error: notNames })
    .min(1, { error: "there is no name in it: write at least one, such as [mail.example.com]" })
    .max(100, { error: "there are more than 100 names in it: write several certificates" })
    .meta({ description: "Host names of a certificate that is got and renewed by ACME; no wildcards." }),
  key: z
    .enum(keyNames, { error: expectedOneOf(keyNames) })
    .optional()
    .meta({ description: "The kind of its key: ecdsa (P-256) or rsa (2048 bits).", default: defaults.key }),
});

export type AcmeCertificateDocument = z.output<typeof acmeCertificateSchema>;
