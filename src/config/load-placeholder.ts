import { webcrypto } from "node:crypto";
import { loadX509 } from "../util/load-x509.ts";
import type { FileContent } from "./referenced-files.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;
const daysValid = 90;

interface Made {
  readonly bytes: Buffer;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** By their names, so that a reload that finds the same files missing finds the same placeholders. */
const made = new Map<string, Made>();

/** In place of a missing file: a self-signed certificate for the names, so that the router can start before it is there. */
export async function loadPlaceholder(
  content: FileContent,
  names: readonly string[] | undefined,
  now: number,
): Promise<FileContent> {
  if (content.ok || content.missing !== true || names === undefined || names.length === 0) return content;
  const key = names.join(" ");
  const before = made.get(key);
  const isFresh = before !== undefined && Math.abs(now - before.at) < (daysValid / 2) * dayMs;
  const bytes = isFresh ? before.bytes : await make(names, now);
  if (!isFresh) made.set(key, { bytes, at: now });
  return { ok: true, bytes, placeholder: true };
}

async function make(names: readonly string[], now: number): Promise<Buffer> {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=Not issued yet (Fairlead)",
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(now - dayMs),
      notAfter: new Date(now + daysValid * dayMs),
      extensions: [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value }))),
      ],
    },
    webcrypto,
  );
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return Buffer.from(`${key}\n${certificate.toString("pem")}\n`);
}
