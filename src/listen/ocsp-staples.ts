import { X509Certificate } from "node:crypto";
import type { OcspStaple } from "../farm/messages.ts";

/** The OCSP responses that the control side has at the moment. */
export class OcspStaples {
  #byFingerprint = new Map<string, Buffer>();

  /** Takes the place of all that were there. */
  set(staples: readonly OcspStaple[]): void {
    this.#byFingerprint = new Map(
      staples.map(({ fingerprint, response }) => [fingerprint, Buffer.from(response, "base64")]),
    );
  }

  /** What is stapled to a certificate (PEM, it stands first) at any time; null = nothing. */
  of(pem: string): () => Buffer | null {
    const { fingerprint256 } = new X509Certificate(pem);
    return () => this.#byFingerprint.get(fingerprint256) ?? null;
  }
}
