import type { CertificateConfig } from "./config.ts";
import { createFindings } from "./findings.ts";
import { resolveCertificate } from "./resolve-certificate.ts";

type StoredCertificate =
  | { readonly ok: true; readonly certificate: CertificateConfig }
  /** Why it can't be used. */
  | { readonly ok: false; readonly reason: string };

/** A certificate with its key in one PEM text, as it is kept by ACME. */
export function storedCertificate(file: string, bytes: Uint8Array, now: number): StoredCertificate {
  const findings = createFindings({ file, place: () => ({ line: 1, column: 1 }), origin: (path) => path });
  const files = new Map([[file, { ok: true, bytes } as const]]);
  const certificate = resolveCertificate(file, [], { findings, files, env: {}, now });
  if (certificate !== null) return { ok: true, certificate };
  return { ok: false, reason: findings.problems()[0]?.message ?? "it can't be read" };
}
