import { X509Certificate } from "node:crypto";
import type { MemberTlsConfig } from "./config.ts";
import { builtInDefaults } from "./defaults.ts";
import { isIpHost, normaliseHost } from "./host-name.ts";
import type { MemberTlsDocument } from "./member-tls-schema.ts";
import { isPem, pemCertificates } from "./pem.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { contentOf } from "./resolve-context.ts";
import type { ResolveContext } from "./resolve-context.ts";

export function resolveMemberTls(written: MemberTlsDocument, path: Path, context: ResolveContext): MemberTlsConfig {
  const verify = written.verify ?? builtInDefaults.tls.verify;
  if (!verify && written.fingerprint === undefined) {
    context.findings.warning(
      [...path, "verify"],
      "the members' certificates are not checked: give `ca` or `fingerprint` instead of verify: false",
    );
  }
  return {
    verify,
    serverName:
      written.serverName === undefined ? null : serverNameOf(written.serverName, [...path, "serverName"], context),
    ca: written.ca === undefined ? null : authoritiesOf(written.ca, [...path, "ca"], context),
    fingerprint:
      written.fingerprint === undefined ? null : fingerprintOf(written.fingerprint, [...path, "fingerprint"], context),
    minVersion: written.minVersion ?? builtInDefaults.tls.minVersion,
  };
}

function serverNameOf(written: string, path: Path, { findings }: ResolveContext): string | null {
  const name = normaliseHost(written);
  if (name !== null && !isIpHost(name)) return name;
  const remedy =
    name === null
      ? "write the name that stands on the members' certificate"
      : "TLS asks for names only, write the name on the members' certificate";
  findings.problem(path, `${quote(written)} is not a host name: ${remedy}`);
  return null;
}

function authoritiesOf(file: string, path: Path, context: ResolveContext): string | null {
  const bytes = contentOf(file, path, context);
  if (bytes === null) return null;
  const certificates = isPem(bytes) ? pemCertificates(bytes.toString("latin1")) : derCertificate(bytes);
  if (certificates !== null && certificates.length > 0)
    return certificates.map((certificate) => certificate.toString()).join("");
  context.findings.problem(
    path,
    `${quote(file)} holds no certificate: export the CA's certificate as Base-64 (.cer or .pem)`,
  );
  return null;
}

/** Windows exports a CA's certificate in DER where nobody says otherwise. */
function derCertificate(bytes: Buffer): readonly X509Certificate[] | null {
  try {
    return [new X509Certificate(bytes)];
  } catch {
    return null;
  }
}

function fingerprintOf(written: string, path: Path, { findings }: ResolveContext): string | null {
  const digits = written.replace(/[:\s]/g, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  const kind = /^[0-9a-f]{40}$/.test(digits) ? "is a SHA-1 thumbprint" : "is not a SHA-256 fingerprint";
  findings.problem(
    path,
    `${quote(written)} ${kind}: write 64 hexadecimal digits, as openssl x509 -noout -fingerprint -sha256 -in FILE prints them`,
  );
  return null;
}
