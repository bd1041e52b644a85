import { createPrivateKey } from "node:crypto";
import { orderChain } from "./certificate-chain.ts";
import { certificateConfig } from "./certificate-config.ts";
import { warnOfCertificate } from "./certificate-warnings.ts";
import type { CertificateConfig } from "./config.ts";
import { openPfx } from "./pfx.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { contentOf } from "./resolve-context.ts";
import type { ResolveContext } from "./resolve-context.ts";

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
  const chain = pfx.ok ? orderChain(pfx.certificates, createPrivateKey(pfx.key)) : null;
  if (!pfx.ok || chain === null) {
    const fault = pfx.ok ? "no-key" : pfx.fault;
    const told = fault === "password" && passphrase === "" ? "no-password" : fault;
    context.findings.problem(path, `${quote(written.pfx)}: ${faults[told]}`);
    return null;
  }
  const certificate = certificateConfig(written.pfx, chain, pfx.key);
  warnOfCertificate(chain, certificate, path, context);
  return certificate;
}

const faults = {
  "no-password": "it has a password: write { pfx: FILE, passwordFile: FILE } or { pfx: FILE, passwordEnv: NAME }",
  password: "the password is wrong: give the one it was exported with",
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
