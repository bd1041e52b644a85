import { webcrypto } from "node:crypto";
import type { Extension, X509Certificate } from "@peculiar/x509";
import { loadX509, type X509 } from "../../src/util/load-x509.ts";

const ec = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const rsa = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;

export interface MadeCertificate {
  /** PEM texts. */
  readonly certificate: string;
  readonly key: string;
  readonly x509: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface Make {
  readonly name: string;
  /** Left out: itself. */
  readonly by?: MadeCertificate;
  readonly ca?: true;
  /** The same as another one's, for a renewed certificate. */
  readonly keys?: webcrypto.CryptoKeyPair;
  readonly key?: "ec" | "rsa";
  /** Milliseconds since 1970. */
  readonly from?: number;
  readonly until?: number;
  readonly ocsp?: string;
  readonly mustStaple?: true;
  /** Extended key usages by OID. */
  readonly uses?: readonly string[];
  readonly names?: readonly string[];
}

let serial = 0x10_00;

/** One certificate; valid for ten years around the present unless said otherwise. */
export async function makeCertificate(make: Make): Promise<MadeCertificate> {
  const x509 = await loadX509();
  const algorithm = make.key === "rsa" ? rsa : ec;
  const keys = make.keys ?? (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]));
  const signer = make.by?.keys ?? keys;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: (serial++).toString(16),
      subject: `CN=${make.name}`,
      issuer: make.by?.x509.subject ?? `CN=${make.name}`,
      publicKey: keys.publicKey,
      signingKey: signer.privateKey,
      signingAlgorithm: signer.privateKey.algorithm.name === "ECDSA" ? ec : rsa,
      notBefore: new Date(make.from ?? Date.UTC(2024, 0)),
      notAfter: new Date(make.until ?? Date.UTC(2044, 0)),
      extensions: extensionsOf(make, x509),
    },
    webcrypto,
  );
  const der = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  const key = `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`;
  return { certificate: `${certificate.toString("pem")}\n`, key, x509: certificate, keys };
}

function extensionsOf(make: Make, x509: X509): Extension[] {
  const extensions: Extension[] = [new x509.BasicConstraintsExtension(make.ca === true, undefined, true)];
  const names = make.names ?? (make.ca ? [] : [make.name]);
  if (names.length > 0)
    extensions.push(new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value }))));
  if (make.uses !== undefined) extensions.push(new x509.ExtendedKeyUsageExtension([...make.uses]));
  if (make.ocsp !== undefined) extensions.push(new x509.AuthorityInfoAccessExtension({ ocsp: make.ocsp }));
  // SEQUENCE { INTEGER 5 }: status_request (RFC 7633)
  if (make.mustStaple)
    extensions.push(new x509.Extension("1.3.6.1.5.5.7.1.24", false, new Uint8Array([0x30, 3, 2, 1, 5])));
  return extensions;
}

/** The certificates that a CA has revoked, as DER. */
export async function makeCrl(
  by: MadeCertificate,
  revoked: readonly MadeCertificate[],
  nextUpdate: Date,
): Promise<Buffer> {
  const x509 = await loadX509();
  const crl = await x509.X509CrlGenerator.create(
    {
      issuer: by.x509.subject,
      signingKey: by.keys.privateKey,
      signingAlgorithm: ec,
      thisUpdate: new Date(Date.UTC(2024, 0)),
      nextUpdate,
      entries: revoked.map(({ x509: { serialNumber } }) => ({
        serialNumber,
        revocationDate: new Date(Date.UTC(2024, 1)),
      })),
    },
    webcrypto,
  );
  return Buffer.from(crl.rawData);
}
