import type { CertificateConfig, Config, ListenerConfig } from "./config.ts";

/** An earlier configuration with the certificates that ACME has renewed since: what it had would expire with nobody noticing. */
export function withIssuedCertificates(earlier: Config, present: Config): Config {
  const kept = new Set(earlier.acme?.certificates.map(({ file }) => file));
  const newest = new Map<string, CertificateConfig>();
  for (const one of present.listeners.flatMap(({ tls }) => tls?.certificates ?? [])) newest.set(one.file, one);
  const renewed = (one: CertificateConfig): CertificateConfig => {
    const other = newest.get(one.file);
    return kept.has(one.file) && other !== undefined && other.notBefore > one.notBefore ? other : one;
  };
  const changed = (listener: ListenerConfig): ListenerConfig => {
    if (listener.tls === null) return listener;
    const [first, ...others] = listener.tls.certificates;
    return { ...listener, tls: { ...listener.tls, certificates: [renewed(first), ...others.map(renewed)] } };
  };
  return { ...earlier, listeners: earlier.listeners.map(changed) };
}
