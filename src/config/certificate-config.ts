import type { X509Certificate } from "node:crypto";
import type { Chain } from "./certificate-chain.ts";
import { certificateNames } from "./certificate-names.ts";
import type { CertificateConfig } from "./config.ts";

/** A certificate as listeners take it. `key` is PEM, without a passphrase. */
export function certificateConfig(
  file: string,
  { leaf, intermediates, issuer }: Chain,
  key: string,
): CertificateConfig {
  const url = ocspUrl(leaf);
  return {
    file,
    names: certificateNames(leaf),
    pem: { certificate: [leaf, ...intermediates].map(pemOf).join(""), key },
    keyType: leaf.publicKey.asymmetricKeyDetails?.namedCurve ?? leaf.publicKey.asymmetricKeyType ?? "",
    issuer: commonName(leaf.issuer),
    serial: leaf.serialNumber,
    notBefore: Date.parse(leaf.validFrom),
    notAfter: Date.parse(leaf.validTo),
    ocsp: url === null || issuer === null ? null : { url, issuer: pemOf(issuer) },
    mustStaple: leaf.raw.includes(tlsFeature),
  };
}

/** The common name in a certificate's subject or issuer, or all of it where there is none. */
export function commonName(name: string): string {
  return /(?:^|\n)CN=([^\n]+)/.exec(name)?.[1] ?? name.replaceAll("\n", ", ");
}

/** RFC 7633: the encoded OID 1.3.6.1.5.5.7.1.24, which nothing else in a certificate looks like. */
const tlsFeature = Buffer.from("06082b06010505070118", "hex");

/** RFC 5280 4.2.2.1. Only plain HTTP: OCSP responses are signed, and https would need a certificate checked to check one. */
function ocspUrl({ infoAccess }: X509Certificate): string | null {
  return /(?:^|\n)OCSP - URI:"?(http:\/\/[^\s"]+)/i.exec(infoAccess ?? "")?.[1] ?? null;
}

const pemOf = (certificate: X509Certificate): string => certificate.toString();
