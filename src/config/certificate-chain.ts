import type { KeyObject, X509Certificate } from "node:crypto";

export interface Chain {
  /** The server's own certificate. */
  readonly leaf: X509Certificate;
  /** Each signed the one before it; a root is not among them, clients have their own. */
  readonly intermediates: readonly X509Certificate[];
  /** Of the leaf, whether it is sent or not; null = not in the file. */
  readonly issuer: X509Certificate | null;
  /** What belongs to neither. */
  readonly unrelated: readonly X509Certificate[];
}

/** Puts the certificates of a file in order, whatever theirs is: the key tells the leaf. null = the key fits none. */
export function orderChain(certificates: readonly X509Certificate[], key: KeyObject): Chain | null {
  const fitting = certificates.filter((certificate) => certificate.checkPrivateKey(key));
  // A renewed certificate may have been appended to the old one.
  const leaf = fitting.toSorted((a, b) => Date.parse(b.validTo) - Date.parse(a.validTo))[0];
  if (leaf === undefined) return null;
  const above: X509Certificate[] = [];
  let left = certificates.filter((certificate) => !same(certificate, leaf));
  let issuer = issuerOf(leaf, left);
  while (issuer !== null) {
    const found = issuer;
    above.push(found);
    left = left.filter((certificate) => !same(certificate, found));
    issuer = issuerOf(found, left);
  }
  const intermediates = above.filter((certificate) => !isSelfSigned(certificate));
  return { leaf, intermediates, issuer: above[0] ?? null, unrelated: left };
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate);
}

function issuerOf(certificate: X509Certificate, among: readonly X509Certificate[]): X509Certificate | null {
  if (isSelfSigned(certificate)) return null;
  return among.find((one) => certificate.checkIssued(one) && certificate.verify(one.publicKey)) ?? null;
}

function same(one: X509Certificate, other: X509Certificate): boolean {
  return one.raw.equals(other.raw);
}
