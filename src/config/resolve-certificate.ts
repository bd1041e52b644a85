import { createPrivateKey } from "node:crypto";
import type { X509Certificate } from "node:crypto";
import type { AcmeCertificateDocument } from "./acme-schema.ts";
import type { CertificateDocument } from "./certificate-schema.ts";
import { orderChain, type Chain } from "./certificate-chain.ts";
import { certificateConfig } from "./certificate-config.ts";
import { warnOfCertificate, warnOfOrder } from "./certificate-warnings.ts";
import type { CertificateConfig } from "./config.ts";
import { isEncryptedKey, isPem, pemCertificates, pemKey } from "./pem.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { contentOf } from "./resolve-context.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolvePfx } from "./resolve-pfx.ts";

/** Reads and checks a certificate of a listener; null = unusable, which has been reported. */
export function resolveCertificate(
  written: Exclude<CertificateDocument, AcmeCertificateDocument>,
  path: Path,
  context: ResolveContext,
): CertificateConfig | null {
  if (typeof written === "string") return resolveFile(written, path, context);
  if ("pfx" in written) return resolvePfx(written, path, context);
  const certificate = contentOf(written.cert, [...path, "cert"], context);
  const key = contentOf(written.key, [...path, "key"], context);
  if (certificate === null || key === null) return null;
  return resolvePem(
    { file: written.cert, certificate, key, path: [...path, "cert"], keyPath: [...path, "key"] },
    context,
  );
}

function resolveFile(file: string, path: Path, context: ResolveContext): CertificateConfig | null {
  const bytes = contentOf(file, path, context);
  if (bytes === null) return null;
  if (isPem(bytes)) return resolvePem({ file, certificate: bytes, key: bytes, path, keyPath: path }, context);
  return resolvePfx({ pfx: file }, path, context);
}

interface Pem {
  readonly file: string;
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly path: Path;
  readonly keyPath: Path;
}

function resolvePem(pem: Pem, context: ResolveContext): CertificateConfig | null {
  const { findings } = context;
  const written = pemCertificates(pem.certificate.toString("latin1"));
  if (written === null || written.length === 0) {
    const what = written === null ? "has a damaged certificate" : "has no certificate";
    findings.problem(
      pem.path,
      `${quote(pem.file)} ${what}: it must hold "-----BEGIN CERTIFICATE-----" and what follows`,
    );
    return null;
  }
  const key = pemKey(pem.key.toString("latin1"));
  const chain = chainFor(written, key);
  if (typeof chain === "string") {
    findings.problem(pem.keyPath, `${quote(pem.file)}: ${chain}`);
    return null;
  }
  warnOfOrder(written, chain, pem, context);
  const certificate = certificateConfig(pem.file, chain, `${key ?? ""}\n`);
  warnOfCertificate(chain, certificate, pem.path, context);
  return certificate;
}

/** The certificates in order, or why the key can't serve any of them. */
function chainFor(certificates: readonly X509Certificate[], key: string | null): Chain | string {
  if (key === null) return "the private key is missing: append it to the file, or write { cert: FILE, key: FILE }";
  if (isEncryptedKey(key))
    return "the private key has a passphrase: remove it (openssl pkey -in KEY -out NEW), or use a PFX";
  try {
    return (
      orderChain(certificates, createPrivateKey(key)) ??
      "the private key does not belong to the certificate: give the key the certificate was requested with"
    );
  } catch {
    return "the private key is damaged: export it again";
  }
}
