import type { CertificateDocument } from "./certificate-schema.ts";
import type { Document } from "./read-document.ts";

/** What was read of a file that the document names. */
export type FileContent =
  | { readonly ok: true; readonly bytes: Uint8Array }
  /** Why not, such as "it does not exist". */
  | { readonly ok: false; readonly reason: string };

/** Contents by the name that stands in the document. */
export type FileContents = ReadonlyMap<string, FileContent>;

/** The names of all files that the document needs, as written. */
export function referencedFiles(document: Document): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { value } of document.listen) {
    for (const certificate of value?.certificates ?? []) for (const name of filesOf(certificate)) names.add(name);
  }
  for (const { value } of document.farms.values()) if (value?.tls?.ca !== undefined) names.add(value.tls.ca);
  return names;
}

function filesOf(certificate: CertificateDocument): readonly string[] {
  if (typeof certificate === "string") return [certificate];
  if ("cert" in certificate) return [certificate.cert, certificate.key];
  return certificate.passwordFile === undefined ? [certificate.pfx] : [certificate.pfx, certificate.passwordFile];
}
