import type { CertificateConfig, ListenerTlsConfig } from "../config/config.ts";
import type { ClientHello } from "./client-hello.ts";
import { ecdsaSuites } from "./tls-policy.ts";

/** The certificate for a client; null = the listener is strict about names, and it asked for none that is known. */
export type CertificateChoice = (hello: ClientHello | null) => CertificateConfig | null;

/**
 * By the name that is asked for (SNI): exact, then wildcard for one label, then those of the first certificate. Where a
 * name has several certificates with different kinds of keys, by what the client can check.
 */
export function certificateChoice({ certificates, strictSni, policy }: ListenerTlsConfig): CertificateChoice {
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
    return bestOf(fitting ?? fallback, hello, ecdsaSuites[policy]) ?? first;
  };
}

/** Elliptic curves sign an order of magnitude faster than RSA. */
function bySpeed(a: CertificateConfig, b: CertificateConfig): number {
  return Number(a.keyType.startsWith("rsa")) - Number(b.keyType.startsWith("rsa"));
}

function bestOf(
  certificates: readonly CertificateConfig[],
  hello: ClientHello | null,
  ecdsa: readonly number[],
): CertificateConfig | undefined {
  if (certificates.length === 1 || hello === null) return certificates.at(-1);
  // RSA stands last, and is what clients can that don't say what they can.
  return certificates.find(({ keyType }) => canCheck(hello, keyType, ecdsa)) ?? certificates.at(-1);
}

interface KeyType {
  /** RFC 8446 4.2.3 */
  readonly schemes: readonly number[];
  /** The number of its curve (RFC 8446 4.2.7); 0 = none that a client would name. */
  readonly group: number;
}

const keyTypes: Readonly<Partial<Record<string, KeyType>>> = {
  prime256v1: { schemes: [0x0403], group: 23 },
  secp384r1: { schemes: [0x0503], group: 24 },
  secp521r1: { schemes: [0x0603], group: 25 },
  ed25519: { schemes: [0x0807], group: 0 },
  ed448: { schemes: [0x0808], group: 0 },
  "rsa-pss": { schemes: [0x0809, 0x080a, 0x080b], group: 0 },
  rsa: { schemes: [0x0401, 0x0501, 0x0601, 0x0804, 0x0805, 0x0806], group: 0 },
};

function canCheck(hello: ClientHello, name: string, ecdsa: readonly number[]): boolean {
  const type = keyTypes[name];
  if (type === undefined || !type.schemes.some((scheme) => hello.schemes.includes(scheme))) return false;
  if (hello.tls13 || name.startsWith("rsa")) return true;
  // Until TLS 1.2 the suite says which signature it is, and the list of curves is for certificates too (RFC 8422 4).
  const known = type.group === 0 || hello.groups.includes(type.group);
  return known && ecdsa.some((suite) => hello.suites.includes(suite));
}
