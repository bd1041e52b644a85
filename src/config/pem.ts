import { X509Certificate } from "node:crypto";

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const keyBlock = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]*?-----END (?:[A-Z]+ )*PRIVATE KEY-----/;

/** The certificates of a PEM text, in its order; null = one of them is damaged. */
export function pemCertificates(text: string): readonly X509Certificate[] | null {
  try {
    return (text.match(certificateBlock) ?? []).map((block) => new X509Certificate(block));
  } catch {
    return null;
  }
}

/** The first private key of a PEM text; null = it has none. */
export function pemKey(text: string): string | null {
  return keyBlock.exec(text)?.[0] ?? null;
}

export function isEncryptedKey(key: string): boolean {
  return key.includes("BEGIN ENCRYPTED") || key.includes("Proc-Type: 4,ENCRYPTED");
}

export function isPem(bytes: Buffer): boolean {
  return bytes.includes("-----BEGIN ");
}
