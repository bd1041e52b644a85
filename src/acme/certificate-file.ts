import { readFile } from "node:fs/promises";
import type { AcmeCertificateConfig, CertificateConfig } from "../config/config.ts";
import { storedCertificate } from "../config/stored-certificate.ts";
import { isMissing } from "./is-missing.ts";
import { writeSafely } from "./write-safely.ts";

/** null = there is none yet. Rejects, with what to do, where the file is damaged. */
export async function readCertificate(
  { file, path }: AcmeCertificateConfig,
  now: number,
): Promise<CertificateConfig | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  const stored = storedCertificate(file, bytes, now);
  if (stored.ok) return stored.certificate;
  throw new Error(`${stored.reason}: put the file back from a backup, or delete it to get a new certificate`);
}

/** Keeps what was issued; rejects, with nothing changed, where it is of no use. */
export async function writeCertificate(
  { names, file, path }: AcmeCertificateConfig,
  issued: { readonly certificate: string; readonly key: string },
  now: number,
): Promise<CertificateConfig> {
  const text = `${issued.key.trim()}\n${issued.certificate.trim()}\n`;
  const stored = storedCertificate(file, Buffer.from(text), now);
  if (!stored.ok) throw new Error(`what the authority issued can't be used: ${stored.reason}`);
  const missing = names.filter((name) => !stored.certificate.names.includes(name));
  if (missing.length > 0) throw new Error(`what the authority issued is not valid for ${missing.join(", ")}`);
  await writeSafely(path, text);
  return stored.certificate;
}
