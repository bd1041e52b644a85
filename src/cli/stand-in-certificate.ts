import { webcrypto } from "node:crypto";
import { loadX509 } from "../util/load-x509.ts";
import type { Clock } from "../util/clock.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;

/** A self-signed certificate with its key in one PEM text, until the real one is there. Valid for a year. */
export async function standInCertificate(hosts: readonly string[], clock: Clock): Promise<string> {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const names = hosts.length === 0 ? ["localhost"] : hosts;
  const now = clock.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=Fairlead stand-in",
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(now - day),
      notAfter: new Date(now + 365 * day),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns" as const, value }))),
      ],
    },
    webcrypto,
  );
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return `${certificate.toString("pem")}\n${x509.PemConverter.encode(key, "PRIVATE KEY")}\n`;
}
