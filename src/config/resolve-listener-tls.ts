import type { AcmeDocument } from "./acme-schema.ts";
import type { CertificateConfig, ListenerTlsConfig, TlsPolicy } from "./config.ts";
import type { TlsVersion } from "./tls-version.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Findings } from "./findings.ts";
import type { ListenerDocument } from "./listener-schema.ts";
import { listenerTlsShape } from "./listener-tls-schema.ts";
import type { Path } from "./problem.ts";
import { resolveAcmeCertificate } from "./resolve-acme-certificate.ts";
import { resolveClientCertificate } from "./resolve-client-certificate.ts";
import { resolveCertificate } from "./resolve-certificate.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveHttp2 } from "./resolve-http2.ts";

/** What other parts of the document mean for a listener's TLS. */
export interface TlsSurroundings {
  readonly account: AcmeDocument | null;
  /** Of routes to farms with pinned connections. */
  readonly pinnedHosts: readonly string[];
}

/** null = plain HTTP, or no certificate that can be used, which has been reported. */
export function resolveListenerTls(
  value: ListenerDocument,
  { account, pinnedHosts }: TlsSurroundings,
  path: Path,
  context: ResolveContext,
): ListenerTlsConfig | null {
  const certificates = (value.certificates ?? [])
    .map((certificate, index) => {
      const at = [...path, "certificates", index];
      return typeof certificate === "object" && "acme" in certificate
        ? resolveAcmeCertificate(certificate, account, at, context)
        : resolveCertificate(certificate, at, context);
    })
    .filter((certificate): certificate is CertificateConfig => certificate !== null);
  const policy = value.tls ?? builtInDefaults.listener.tls;
  const minVersion = minVersionOf(value.minVersion, policy, [...path, "minVersion"], context.findings);
  const clientCertificate = resolveClientCertificate(value.clientCertificate, [...path, "clientCertificate"], context);
  const [first, ...others] = certificates;
  if (first === undefined) return null;
  return {
    certificates: [first, ...others],
    policy,
    minVersion,
    strictSni: value.strictSni ?? builtInDefaults.listener.strictSni,
    clientCertificate,
    http2: resolveHttp2(value, pinnedHosts, path, context.findings),
  };
}

/** Keys that mean nothing without certificates. */
export function checkTlsKeys(value: ListenerDocument, path: Path, findings: Findings): void {
  if (value.certificates !== undefined) return;
  const written = new Map(Object.entries(value));
  for (const key of Object.keys(listenerTlsShape)) {
    if (written.get(key) === undefined) continue;
    const message = `a listener without certificates speaks no TLS: leave \`${key}\` out, or give it certificates`;
    findings.problem([...path, key], message);
  }
}

const oldest: Readonly<Record<TlsPolicy, TlsVersion>> = {
  modern: "TLSv1.3",
  intermediate: "TLSv1.2",
  legacy: "TLSv1",
};

function minVersionOf(written: TlsVersion | undefined, policy: TlsPolicy, path: Path, findings: Findings): TlsVersion {
  // The versions' names are in their order.
  if (written === undefined || written >= oldest[policy]) return written ?? oldest[policy];
  const remedy = written < "TLSv1.2" ? "legacy" : "intermediate";
  findings.problem(
    path,
    `tls: ${policy} begins with ${oldest[policy]}: leave \`minVersion\` out, or write tls: ${remedy}`,
  );
  return written;
}
