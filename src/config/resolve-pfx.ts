import { certificateNames } from "./certificate-names.ts";
import type { CertificateConfig } from "./config.ts";
import { openPfx } from "./pfx.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { contentOf } from "./resolve-context.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { warnOfDates } from "./certificate-dates.ts";

interface PfxDocument {
  readonly pfx: string;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnv?: string | undefined;
}

/** Reads and checks a PFX of a listener; null = unusable, which has been reported. */
export function resolvePfx(written: PfxDocument, path: Path, context: ResolveContext): CertificateConfig | null {
  const bytes = contentOf(written.pfx, path, context);
  const passphrase = passwordOf(written, path, context);
  if (bytes === null || passphrase === null) return null;
  const pfx = openPfx(bytes, passphrase);
  if (!pfx.ok) {
    const fault = pfx.fault === "password" && passphrase === "" ? "no-password" : pfx.fault;
    context.findings.problem(path, `${quote(written.pfx)}: ${faults[fault]}`);
    return null;
  }
  warnOfDates(pfx.certificate, written.pfx, path, context);
  return {
    file: written.pfx,
    names: certificateNames(pfx.certificate),
    pem: null,
    pfx: { data: bytes.toString("base64"), passphrase },
  };
}

const faults = {
  "no-password": "it has a password: write { pfx: FILE, passwordFile: FILE } or { pfx: FILE, passwordEnv: NAME }",
  password: "the password is wrong: give the one it was exported with",
  "old-encryption":
    "its encryption is too old for this Node.js (RC2 or 3DES): export it again with AES (Export-PfxCertificate -CryptoAlgorithmOption AES256_SHA256, or openssl pkcs12 -legacy to read and openssl pkcs12 -export to write)",
  "no-key": "it holds no certificate with a private key: export it with the key",
  damaged: "it is neither a PFX nor PEM: export the certificate with its private key again",
} as const;

/** null = missing or said twice, which has been reported. */
function passwordOf(written: PfxDocument, path: Path, context: ResolveContext): string | null {
  const ways = (["password", "passwordFile", "passwordEnv"] as const).filter((way) => written[way] !== undefined);
  if (ways.length > 1) {
    context.findings.problem(path, `${ways.join(" and ")} stand together: keep one of them`);
    return null;
  }
  if (written.passwordEnv !== undefined)
    return environmentPassword(written.passwordEnv, [...path, "passwordEnv"], context);
  if (written.passwordFile === undefined) return written.password ?? "";
  const bytes = contentOf(written.passwordFile, [...path, "passwordFile"], context);
  return (
    bytes
      ?.toString("utf8")
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/)[0] ?? null
  );
}

function environmentPassword(name: string, path: Path, { env, findings }: ResolveContext): string | null {
  const password = env[name];
  if (password !== undefined) return password;
  findings.problem(path, `the environment variable ${quote(name)} is not set: set it where the router is started`);
  return null;
}
