import type { MemberTlsConfig } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import { isIpHost, normaliseHost } from "./host-name.ts";
import type { MemberTlsDocument } from "./member-tls-schema.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { authoritiesOf } from "./resolve-authorities.ts";
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
