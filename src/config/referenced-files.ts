import { acmeFile, acmeNames } from "./acme-files.ts";
import type { AcmeDocument } from "./acme-schema.ts";
import type { CertificateDocument } from "./certificate-schema.ts";
import type { Document } from "./read-document.ts";

/** What was read of a file that the document names. */
export type FileContent =
  /** `placeholder`: it does not exist, this stands in for it. */
  | { readonly ok: true; readonly bytes: Uint8Array; readonly placeholder?: true }
  /** Why not, such as "it does not exist"; `missing`: it is just that. */
  | { readonly ok: false; readonly reason: string; readonly missing?: boolean };

/** Contents by the name that stands in the document. */
export type FileContents = ReadonlyMap<string, FileContent>;

/** The names of all files that the document needs, as written. */
export function referencedFiles(document: Document): ReadonlySet<string> {
  const { listen, acme, farms, defaults } = document;
  const certificates = listen.flatMap(({ value }) => value?.certificates ?? []);
  const ofClients = listen.flatMap(({ value }) => [value?.clientCertificate?.ca, value?.clientCertificate?.crl]);
  const pages = [...[...farms.values()].map(({ value }) => value?.failover?.sorryPage), defaults.failover?.sorryPage];
  const authorities = [...farms.values()].map(({ value }) => value?.tls?.ca);
  const named = [
    ...certificates.flatMap((certificate) => filesOf(certificate, acme)),
    ...ofClients,
    ...authorities,
    ...pages,
    acme?.ca,
    acme?.eab?.hmacKeyFile,
  ];
  return new Set(named.filter((name) => name !== undefined));
}

/** Of the files that the document needs, those that need not exist yet, with the host names of their certificate. */
export function filesToCome({ listen, acme: account }: Document): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, readonly string[]>();
  for (const certificate of listen.flatMap(({ value }) => value?.certificates ?? [])) {
    if (account === null || typeof certificate === "string" || !("acme" in certificate)) continue;
    files.set(acmeFile(account, certificate), acmeNames(certificate));
  }
  return files;
}

function filesOf(certificate: CertificateDocument, account: AcmeDocument | null): readonly string[] {
  if (typeof certificate === "string") return [certificate];
  if ("acme" in certificate) return account === null ? [] : [acmeFile(account, certificate)];
  if ("cert" in certificate) return [certificate.cert, certificate.key];
  return certificate.passwordFile === undefined ? [certificate.pfx] : [certificate.pfx, certificate.passwordFile];
}
