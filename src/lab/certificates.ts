import { mkdir, writeFile } from "node:fs/promises";
import { webcrypto } from "node:crypto";
import path from "node:path";
import type { Extension } from "@peculiar/x509";
import type { Clock } from "../util/clock.ts";
import { loadX509, type X509 } from "../util/load-x509.ts";

/** PEM texts. */
interface CertificatePem {
  readonly certificate: string;
  readonly key: string;
}

export interface LabCertificates {
  /** The lab's certificate authority: what clients and the router have to trust. */
  readonly ca: string;
  /** By server name. */
  readonly servers: Readonly<Record<string, CertificatePem>>;
  /** For the router's listener: the published names; with the CA behind it. */
  readonly listener: CertificatePem;
}

export interface LabCertificateNames {
  readonly servers: readonly { readonly name: string; readonly fqdn: string }[];
  /** DNS names of the listener's certificate, the wildcard included. */
  readonly published?: readonly string[];
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;
const publishedByDefault = ["*.exchange.localhost", "exchange.localhost", "localhost"];

interface Authority {
  readonly x509: X509;
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly pem: string;
}

/** Makes a certificate authority and everything it signs; nothing is written. Valid from yesterday for a year. */
export async function createLabCertificates(names: LabCertificateNames, clock: Clock): Promise<LabCertificates> {
  const authority = await createAuthority(clock);
  const servers: Record<string, CertificatePem> = {};
  for (const { name, fqdn } of names.servers) servers[name] = await issue(authority, [fqdn, name, "localhost"], clock);
  const { certificate, key } = await issue(authority, names.published ?? publishedByDefault, clock);
  return { ca: authority.pem, servers, listener: { certificate: `${certificate}\n${authority.pem}`, key } };
}

/** Writes ca.pem, listener.pem and <server>.pem with their -key.pem, keys readable by the owner only. */
export async function writeLabCertificates(directory: string, certificates: LabCertificates): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, "ca.pem"), certificates.ca);
  for (const [name, pem] of [["listener", certificates.listener] as const, ...Object.entries(certificates.servers)]) {
    await writeFile(path.join(directory, `${name}.pem`), pem.certificate);
    await writeFile(path.join(directory, `${name}-key.pem`), pem.key, { mode: 0o600 });
  }
}

async function createAuthority(clock: Clock): Promise<Authority> {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const name = "CN=Fairlead Lab CA";
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name,
      keys,
      signingAlgorithm: algorithm,
      ...validity(clock),
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    },
    webcrypto,
  );
  return { x509, name, keys, pem: certificate.toString("pem") };
}

async function issue(authority: Authority, names: readonly string[], clock: Clock): Promise<CertificatePem> {
  const { x509 } = authority;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: `CN=${names[0] ?? ""}`,
      issuer: authority.name,
      publicKey: keys.publicKey,
      signingKey: authority.keys.privateKey,
      signingAlgorithm: algorithm,
      ...validity(clock),
      extensions: serverExtensions(x509, names),
    },
    webcrypto,
  );
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { certificate: certificate.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") };
}

function serverExtensions(x509: X509, names: readonly string[]): Extension[] {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      ...names.map((value) => ({ type: "dns" as const, value })),
      { type: "ip", value: "127.0.0.1" },
    ]),
  ];
}

function validity(clock: Clock): { notBefore: Date; notAfter: Date } {
  const now = clock.now();
  return { notBefore: new Date(now - day), notAfter: new Date(now + 365 * day) };
}
