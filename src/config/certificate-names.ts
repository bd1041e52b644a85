import type { X509Certificate } from "node:crypto";

/** The DNS names a certificate is valid for, lower case; its common name where it has no alternative names. */
export function certificateNames(certificate: X509Certificate): readonly string[] {
  const alternative = [...(certificate.subjectAltName ?? "").matchAll(/(?:^|, )DNS:"?([^",]+)/g)];
  const names = alternative.length > 0 ? alternative : [...certificate.subject.matchAll(/(?:^|\n)CN=([^\n]+)/g)];
  return [...new Set(names.map((match) => (match[1] ?? "").toLowerCase()).filter((name) => name !== ""))];
}

/** Does one of the names cover the host? A wildcard stands for exactly one label. */
export function coversHost(names: readonly string[], host: string): boolean {
  const dot = host.indexOf(".");
  const wildcard = dot === -1 ? null : `*${host.slice(dot)}`;
  return names.some((name) => name === host || name === wildcard);
}
