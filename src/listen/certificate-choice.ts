import type { CertificateConfig, ListenerTlsConfig } from "../config/config.ts";
import type { ClientHello } from "./client-hello.ts";

/** The certificate for a client; null = the listener is strict about names, and it asked for none that is known. */
export type CertificateChoice = (hello: ClientHello | null) => CertificateConfig | null;

/**
 * By the name that is asked for (SNI): exact, then wildcard for one label, then those of the first certificate. Where a
 * name has several certificates with different kinds of keys, by what the client can check.
 */
export function certificateChoice({ certificates, strictSni }: ListenerTlsConfig): CertificateChoice {
  const byName = new Map<string, CertificateConfig[]>();
  for (const certificate of certificates) {
    for (const name of certificate.names) {
      const ofName = byName.get(name) ?? [];
      // The first one of its kind that has the name keeps it.
      if (!ofName.some(({ keyType }) => keyType === certificate.keyType)) ofName.push(certificate);
      byName.set(name, ofName);
    }
  }
  for (const ofName of byName.values()) ofName.sort(bySpeed);
  const first = certificates[0];
  const otherwise = certificates.filter((one) => first.names.every((name) => byName.get(name)?.includes(one) ?? false));
  const fallback = otherwise.includes(first) ? otherwise.toSorted(bySpeed) : [first];
  const ofName = (name: string): CertificateConfig[] | undefined =>
    byName.get(name) ?? byName.get(`*${name.slice(name.indexOf("."))}`);
  return (hello) => {
    const fitting = hello === null ? undefined : ofName(hello.name);
    if (fitting === undefined && strictSni) return null;
    return bestOf(fitting ?? fallback, hello) ?? first;
  };
}

/** Elliptic curves sign an order of magnitude faster than RSA. */
function bySpeed(a: CertificateConfig, b: CertificateConfig): number {
  return Number(a.keyType.startsWith("rsa")) - Number(b.keyType.startsWith("rsa"));
}

function bestOf(certificates: readonly CertificateConfig[], hello: ClientHello | null): CertificateConfig | undefined {
  if (certificates.length === 1 || hello === null) return certificates.at(-1);
  // RSA stands last, and is what clients can that don't say what they can.
  return certificates.find(({ keyType }) => canCheck(hello, keyType)) ?? certificates.at(-1);
}

/** RFC 8446 4.2.3 */
const schemes: Readonly<Partial<Record<string, readonly number[]>>> = {
  prime256v1: [0x0403],
  secp384r1: [0x0503],
  secp521r1: [0x0603],
  ed25519: [0x0807],
  ed448: [0x0808],
  "rsa-pss": [0x0809, 0x080a, 0x080b],
  rsa: [0x0401, 0x0501, 0x0601, 0x0804, 0x0805, 0x0806],
};

/** ECDHE_ECDSA with AES-GCM, ChaCha20, AES-CBC with SHA-2 and SHA-1. */
const ecdsaSuites = [0xc02b, 0xc02c, 0xcca9, 0xc023, 0xc024, 0xc009, 0xc00a];

function canCheck(hello: ClientHello, keyType: string): boolean {
  const known = schemes[keyType]?.some((scheme) => hello.schemes.includes(scheme)) ?? false;
  if (!known || hello.tls13 || keyType.startsWith("rsa")) return known;
  return ecdsaSuites.some((suite) => hello.suites.includes(suite));
}
