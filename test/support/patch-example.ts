import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LabCertificates } from "../../src/lab/certificates.ts";

/** What tests read and change of an example, as it is written. */
export interface Example {
  listen: Listen[];
  servers: Record<string, string>;
  exchange?: {
    readonly version: number | string;
    readonly domain: string;
    readonly servers: readonly string[];
    readonly tls?: { readonly ca?: string };
    readonly legacy?: { readonly version: number; readonly servers: readonly string[] };
  };
  routes?: { readonly host?: string }[];
  admin?: unknown;
}

interface Listen {
  port: number;
  address?: string;
  readonly certificates?: readonly Certificate[];
}

type Certificate = string | { readonly cert: string; readonly key: string };

/** Puts the example on free ports of this machine, and its servers where `addresses` says. */
export function moveExample(example: Example, addresses: Readonly<Record<string, string>>): void {
  for (const listen of example.listen) {
    listen.address = "127.0.0.1";
    listen.port = 0;
  }
  example.admin = { port: 0 };
  for (const name of Object.keys(example.servers)) example.servers[name] = addresses[name] ?? "";
}

/** Writes the files that the example names, beside it. */
export async function writeExampleFiles(
  folder: string,
  example: Example,
  { ca, listener }: LabCertificates,
): Promise<void> {
  const certificates = example.listen.flatMap((listen) => listen.certificates ?? []);
  for (const certificate of certificates) await writeCertificate(folder, certificate, listener);
  const caFile = example.exchange?.tls?.ca;
  if (caFile !== undefined) await writeFile(join(folder, caFile), ca);
}

async function writeCertificate(folder: string, named: Certificate, pem: LabCertificates["listener"]): Promise<void> {
  if (typeof named === "string") {
    await writeFile(join(folder, named), `${pem.certificate}\n${pem.key}\n`);
    return;
  }
  await writeFile(join(folder, named.cert), pem.certificate);
  await writeFile(join(folder, named.key), pem.key);
}
