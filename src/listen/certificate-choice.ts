import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import type { CertificateConfig, ListenerTlsConfig } from "../config/config.ts";

/** The certificate for a name that a client asks for (SNI): exact, then wildcard for one label, then the first one. */
export function certificateChoice(tls: ListenerTlsConfig): (name: string) => SecureContext {
  const contexts = tls.certificates.map((certificate) =>
    createSecureContext({ ...keyMaterial(certificate), minVersion: tls.minVersion }),
  );
  const byName = new Map<string, SecureContext>();
  tls.certificates.forEach((certificate, index) => {
    const context = contexts[index];
    // The first one that has a name keeps it.
    if (context !== undefined) for (const name of certificate.names) if (!byName.has(name)) byName.set(name, context);
  });
  const first = contexts[0] ?? createSecureContext();
  return (name) => {
    const asked = name.toLowerCase();
    return byName.get(asked) ?? byName.get(`*${asked.slice(asked.indexOf("."))}`) ?? first;
  };
}

/** A certificate with its key as Node's TLS takes it. */
export function keyMaterial({ pem }: CertificateConfig): SecureContextOptions {
  return { cert: pem.certificate, key: pem.key };
}
