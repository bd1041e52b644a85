import { authoritiesOf } from "./resolve-authorities.ts";
import type { ClientCertificateDocument } from "./client-certificate-schema.ts";
import type { ClientCertificateConfig } from "./config.ts";
import { readCrls } from "./crl.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Findings } from "./findings.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { contentOf } from "./resolve-context.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { parseRouteHost } from "./route-host.ts";

/** null = not asked for, or the CA can't be used, which has been reported. */
export function resolveClientCertificate(
  written: ClientCertificateDocument | undefined,
  path: Path,
  context: ResolveContext,
): ClientCertificateConfig | null {
  if (written === undefined) return null;
  const ca = authoritiesOf(written.ca, [...path, "ca"], context);
  const header = written.header ?? builtInDefaults.clientCertificate.header;
  if (reserved.has(header.toLowerCase()))
    context.findings.problem(
      [...path, "header"],
      `${quote(header)} has a meaning of its own: choose another name, such as X-ARR-ClientCert`,
    );
  const crl = written.crl === undefined ? null : revocationLists(written.crl, [...path, "crl"], context);
  const hosts = written.hosts === undefined ? null : hostsOf(written.hosts, [...path, "hosts"], context.findings);
  if (ca === null) return null;
  return { ca, require: written.require ?? builtInDefaults.clientCertificate.require, hosts, header, crl };
}

/** Fields that the forwarding of requests itself depends on, or that browsers send anyway. */
const reserved: ReadonlySet<string> = new Set([
  "accept",
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "cookie",
  "expect",
  "forwarded",
  "host",
  "keep-alive",
  "origin",
  "proxy-authorization",
  "proxy-connection",
  "referer",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
]);

function hostsOf(written: readonly string[], path: Path, findings: Findings): string[] {
  return written.flatMap((text, index) => {
    const parsed = parseRouteHost(text);
    if (parsed.ok && !parsed.host.endsWith(".*")) return [parsed.host];
    const remedy = "write a name, such as portal.example.com or *.example.com";
    findings.problem([...path, index], `${quote(text)} is not a host name: ${remedy}`);
    return [];
  });
}

function revocationLists(file: string, path: Path, context: ResolveContext): string | null {
  const bytes = contentOf(file, path, context);
  if (bytes === null) return null;
  const crls = readCrls(bytes);
  if (crls === null) {
    const remedy = "give what the CA publishes as CRL, in PEM or DER";
    context.findings.problem(path, `${quote(file)} is no list of revoked certificates: ${remedy}`);
    return null;
  }
  if (crls.nextUpdate !== null && crls.nextUpdate <= context.now) {
    const since = new Date(crls.nextUpdate).toUTCString();
    const message = `${quote(file)} is out of date since ${since}: no client certificate passes until a new one is here`;
    context.findings.warning(path, message);
  }
  return crls.pem;
}
