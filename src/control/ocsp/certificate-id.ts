import { createHash, type X509Certificate } from "node:crypto";
import { Der } from "./ocsp-asn1.ts";

/** What stands for a certificate in OCSP (RFC 6960 4.1.1), before it is hashed. */
export interface CertificateId {
  readonly serial: Buffer;
  readonly nameHash: (algorithm: string) => Buffer;
  readonly keyHash: (algorithm: string) => Buffer;
}

const hash = (algorithm: string, bytes: Buffer): Buffer => createHash(algorithm).update(bytes).digest();

export function certificateId(certificate: X509Certificate, issuer: X509Certificate): CertificateId {
  const { parts } = Der.parse(certificate.raw).at(0);
  // The version stands before the serial number, in all but version 1.
  const [serial, , name] = parts[0]?.tag === 0 ? parts.slice(1) : parts;
  if (serial === undefined || name === undefined) throw new Error("not a certificate");
  const key = Der.parse(issuer.publicKey.export({ format: "der", type: "spki" })).at(1).content;
  return {
    serial: serial.content,
    nameHash: (algorithm) => hash(algorithm, name.bytes),
    keyHash: (algorithm) => hash(algorithm, key),
  };
}
