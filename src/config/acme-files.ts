import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { AcmeCertificateDocument, AcmeDocument } from "./acme-schema.ts";
import { builtInDefaults } from "./defaults.ts";
import { normaliseHost } from "./host-name.ts";

const directories: Readonly<Partial<Record<string, string>>> = {
  letsencrypt: "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
};

/** The URL of the account's directory; null = what was written is none. */
export function directoryUrl({ directory = builtInDefaults.acme.directory }: Pick<AcmeDocument, "directory">) {
  const url = directories[directory] ?? directory;
  return URL.canParse(url) && new URL(url).protocol === "https:" ? url : null;
}

/** Where what belongs to the account's directory is kept, as a name relative to the configuration file. */
export function accountFolder(account: AcmeDocument): string {
  const url = directoryUrl(account) ?? "";
  const digest = createHash("sha256").update(url).digest("hex").slice(0, 8);
  const host = url === "" ? "" : new URL(url).hostname.replaceAll(/[^a-z0-9.-]/g, "");
  return posix.join(account.folder ?? builtInDefaults.acme.folder, `${host}-${digest}`);
}

/** The host names in the order they were written, each once; what is none is left out. */
export function acmeNames({ acme }: Pick<AcmeCertificateDocument, "acme">): readonly string[] {
  return [...new Set(acme.flatMap((name) => normaliseHost(name) ?? []))];
}

/** The file of a certificate, as a name relative to the configuration file; its first name and kind of key make it. */
export function acmeFile(account: AcmeDocument, certificate: AcmeCertificateDocument): string {
  const { key = builtInDefaults.acme.key } = certificate;
  return posix.join(accountFolder(account), `${acmeNames(certificate)[0] ?? "none"}-${key}.pem`);
}
