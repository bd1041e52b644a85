import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FetchOcsp } from "../../src/control/ocsp/fetch-ocsp.ts";
import type { MadeCertificate } from "./make-certificates.ts";

const run = promisify(execFile);

export interface Responder {
  /** In the folder of the responder's files. */
  readonly folder: string;
  readonly ca: MadeCertificate;
  /** Who signs the answers. */
  readonly signer: MadeCertificate;
  /** The certificates that the CA has issued; all others are unknown. */
  readonly known: readonly { readonly certificate: MadeCertificate; readonly revoked: boolean }[];
  /** Further arguments of `openssl ocsp`. */
  readonly args?: readonly string[];
}

/** Answers as `openssl ocsp` does. */
export async function opensslResponder({ folder, ca, signer, known, args = [] }: Responder): Promise<FetchOcsp> {
  const file = (name: string): string => join(folder, name);
  await writeFile(file("ca.pem"), ca.certificate);
  await writeFile(file("signer.pem"), signer.certificate);
  await writeFile(file("signer-key.pem"), signer.key);
  const lines = known.map(({ certificate: { x509 }, revoked }) =>
    [
      revoked ? "R" : "V",
      "440101000000Z",
      revoked ? "240201000000Z" : "",
      hexOf(x509.serialNumber),
      "unknown",
      `/${x509.subject}`,
    ].join("\t"),
  );
  await writeFile(file("index.txt"), `${lines.join("\n")}\n`);
  return async (_url, request) => {
    await writeFile(file("request.der"), request);
    const signed = ["-CA", "ca.pem", "-rsigner", "signer.pem", "-rkey", "signer-key.pem", "-index", "index.txt"];
    const files = ["-reqin", "request.der", "-respout", "response.der"];
    await run("openssl", ["ocsp", ...signed, ...files, ...(args.length > 0 ? args : ["-ndays", "4"])], { cwd: folder });
    return readFile(file("response.der"));
  };
}

const hexOf = (serial: string): string => serial.toUpperCase().padStart(serial.length + (serial.length % 2), "0");
