import forge from "node-forge";

/** Certificate revocation lists (RFC 5280 5) of one file. */
export interface Crls {
  readonly pem: string;
  /** When the first of them will be out of date, in milliseconds since 1970; null = none says so. */
  readonly nextUpdate: number | null;
}

const block = /-----BEGIN X509 CRL-----([\s\S]*?)-----END X509 CRL-----/g;

/** PEM, or one list in DER as Windows writes it; null = there is none in it, or one is damaged. */
export function readCrls(bytes: Buffer): Crls | null {
  const text = bytes.toString("latin1");
  const inPem = Array.from(text.matchAll(block), (match) => Buffer.from(match[1] ?? "", "base64"));
  const lists = inPem.length > 0 ? inPem : [bytes];
  try {
    const dates = lists.map(nextUpdate).filter((date) => date !== null);
    return { pem: lists.map(toPem).join(""), nextUpdate: dates.length === 0 ? null : Math.min(...dates) };
  } catch {
    return null;
  }
}

/** CertificateList ::= SEQUENCE { tbsCertList SEQUENCE { [version] signature issuer thisUpdate [nextUpdate] … } … } */
function nextUpdate(der: Buffer): number | null {
  const [list] = sequence(forge.asn1.fromDer(der.toString("latin1")));
  const dates = sequence(list).flatMap((part) => dateOf(part) ?? []);
  if (dates.length === 0) throw new Error("no CRL");
  return dates[1] ?? null;
}

type Asn1 = ReturnType<typeof forge.asn1.fromDer>;

function sequence(value: Asn1 | undefined): readonly Asn1[] {
  if (value === undefined || !Array.isArray(value.value)) throw new Error("no CRL");
  return value.value;
}

function dateOf({ type, value }: Asn1): number | null {
  if (Array.isArray(value)) return null;
  if (type === forge.asn1.Type.UTCTIME) return forge.asn1.utcTimeToDate(value).getTime();
  return type === forge.asn1.Type.GENERALIZEDTIME ? forge.asn1.generalizedTimeToDate(value).getTime() : null;
}

function toPem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN X509 CRL-----", ...lines, "-----END X509 CRL-----", ""].join("\n");
}
