import * as z from "zod";
import { acmeCertificateSchema } from "./acme-schema.ts";
import { expectedSecret } from "./expected.ts";
import { fileSchema, textSchema } from "./leaf-schemas.ts";

const secret = { error: expectedSecret("the password, in quotes") };

const pairSchema = z.strictObject({
  cert: fileSchema.meta({ description: "PEM file: the server's certificate, then the intermediate ones." }),
  key: fileSchema.meta({ description: "PEM file with the private key, without a passphrase." }),
});

const pfxSchema = z.strictObject({
  pfx: fileSchema.meta({ description: "PFX (PKCS #12) file as Exchange and IIS export it, with its private key." }),
  password: z
    .string(secret)
    .optional()
    .meta({ description: "The file's password. Better kept out of this file by one of the next two." }),
  passwordFile: fileSchema.optional().meta({ description: "A file whose first line is the password." }),
  passwordEnv: textSchema("a name", "the name of an environment variable")
    .optional()
    .meta({ description: "The environment variable that holds the password." }),
});

/** A certificate as the admin names it. */
export const certificateSchema = z.union([fileSchema, pairSchema, pfxSchema, acmeCertificateSchema]);

export type CertificateDocument = z.output<typeof certificateSchema>;
