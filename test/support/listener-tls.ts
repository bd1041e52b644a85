import { createPrivateKey } from "node:crypto";
import { orderChain } from "../../src/config/certificate-chain.ts";
import { certificateConfig } from "../../src/config/certificate-config.ts";
import type { CertificateConfig, ListenerTlsConfig } from "../../src/config/config.ts";
import { pemCertificates } from "../../src/config/pem.ts";

export function aListenerTls(
  certificates: ListenerTlsConfig["certificates"],
  rest: Partial<ListenerTlsConfig> = {},
): ListenerTlsConfig {
  return {
    certificates,
    policy: "intermediate",
    minVersion: "TLSv1.2",
    strictSni: false,
    clientCertificate: null,
    http2: null,
    ...rest,
  };
}

/** From PEM texts; the chain may stand behind the certificate. */
export function aCertificate({ certificate, key }: { certificate: string; key: string }): CertificateConfig {
  const chain = orderChain(pemCertificates(certificate) ?? [], createPrivateKey(key));
  if (chain === null) throw new Error("the key does not belong to the certificate");
  return certificateConfig("test.pem", chain, key);
}
