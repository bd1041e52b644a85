import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { SecureContext } from "node:tls";

export type Pfx =
  | { readonly ok: true; readonly certificate: X509Certificate }
  | { readonly ok: false; readonly fault: "password" | "old-encryption" | "no-key" | "damaged" };

/**
 * Opens a PFX (PKCS #12). Node reads it only as part of a TLS context, and gives the certificate back by a method of the
 * context that its documentation does not mention (in Node 20 to 24).
 */
export function openPfx(bytes: Buffer, passphrase: string): Pfx {
  try {
    const der = certificateOf(createSecureContext({ pfx: bytes, passphrase }));
    return der === null ? { ok: false, fault: "no-key" } : { ok: true, certificate: new X509Certificate(der) };
  } catch (error) {
    return { ok: false, fault: faultOf(error) };
  }
}

function certificateOf(secure: SecureContext): Buffer | null {
  const context: unknown = secure.context;
  if (typeof context !== "object" || context === null || !("getCertificate" in context)) return null;
  if (typeof context.getCertificate !== "function") return null;
  const der: unknown = context.getCertificate.call(context);
  return Buffer.isBuffer(der) ? der : null;
}

function faultOf(error: unknown): "password" | "old-encryption" | "no-key" | "damaged" {
  if (!(error instanceof Error)) return "damaged";
  if ("code" in error && error.code === "ERR_CRYPTO_UNSUPPORTED_OPERATION") return "old-encryption";
  if (error.message.includes("mac verify failure")) return "password";
  return error.message.includes("Unable to load private key") ? "no-key" : "damaged";
}
