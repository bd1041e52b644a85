import { verify, X509Certificate } from "node:crypto";
import { certificateId } from "./certificate-id.ts";
import { Der } from "./ocsp-asn1.ts";

export type OcspAnswer =
  /** It may be stapled until `nextUpdate`. Milliseconds since 1970. */
  | { readonly status: "good"; readonly thisUpdate: number; readonly nextUpdate: number }
  | { readonly status: "revoked" }
  | { readonly status: "unusable"; readonly problem: string };

interface Question {
  readonly certificate: X509Certificate;
  readonly issuer: X509Certificate;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Clocks differ. */
const toleranceMs = 5 * 60_000;

/** Reads and checks what a responder answered (RFC 6960 4.2): signature, certificate, times, status. Never throws. */
export function readOcspResponse(bytes: Buffer, question: Question): OcspAnswer {
  try {
    return readResponse(Der.parse(bytes), question);
  } catch (error) {
    return unusable(`the answer is malformed (${error instanceof Error ? error.message : String(error)})`);
  }
}

const unusable = (problem: string): OcspAnswer => ({ status: "unusable", problem });

const failures: Readonly<Partial<Record<number, string>>> = {
  1: "the responder does not understand the request",
  2: "the responder has an internal error",
  3: "the responder asks to try again later",
  5: "the responder wants a signed request",
  6: "the responder does not answer for this certificate",
};

const basicResponse = "1.3.6.1.5.5.7.48.1.1";

function readResponse(response: Der, question: Question): OcspAnswer {
  const status = response.at(0).content[0] ?? -1;
  if (status !== 0) return unusable(failures[status] ?? `the responder answered with the status ${status}`);
  const bytes = response.at(1).at(0);
  if (bytes.at(0).oid !== basicResponse) return unusable("the answer is of an unknown type");
  const [data, algorithm, signature, certificates] = Der.parse(bytes.at(1).content).parts;
  if (data === undefined || algorithm === undefined || signature === undefined) throw new Error("a part is missing");
  const signed = { data: data.bytes, algorithm: algorithm.at(0).oid, signature: signature.content };
  const others =
    certificates === undefined ? [] : certificates.at(0).parts.map((one) => new X509Certificate(one.bytes));
  if (!signers(others, question).some((signer) => isSignedBy(signer, signed)))
    return unusable("the answer is not signed by the certificate's issuer, or somebody whom it has entrusted with it");
  return readData(data, question);
}

const ocspSigning = "1.3.6.1.5.5.7.3.9";

/** RFC 6960 4.2.2.2: the issuer itself, or whom it has certified for this. */
function signers(others: readonly X509Certificate[], { issuer, now }: Question): X509Certificate[] {
  const delegated = others.filter(
    (one) =>
      usesOf(one).includes(ocspSigning) &&
      one.checkIssued(issuer) &&
      one.verify(issuer.publicKey) &&
      Date.parse(one.validFrom) <= now + toleranceMs &&
      now < Date.parse(one.validTo),
  );
  return [issuer, ...delegated];
}

/** Extended key usages; undefined without any, whatever its type says. */
function usesOf({ keyUsage }: X509Certificate): readonly string[] {
  const uses: readonly string[] | undefined = keyUsage;
  return uses ?? [];
}

/** Signature algorithms by OID (RFC 4055, RFC 5758, RFC 8410) -> hash; null = the algorithm has its own. */
const hashes = new Map<string, string | null>([
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
  ["1.3.101.112", null],
]);

interface Signed {
  readonly data: Buffer;
  readonly algorithm: string;
  readonly signature: Buffer;
}

function isSignedBy(signer: X509Certificate, { data, algorithm, signature }: Signed): boolean {
  const hash = hashes.get(algorithm);
  return hash !== undefined && verify(hash, data, signer.publicKey, signature);
}

/** ResponseData: [0] version, [1] or [2] responderID, producedAt, responses, [1] extensions */
function readData(data: Der, { certificate, issuer, now }: Question): OcspAnswer {
  const parts = data.at(0).tag === 0 ? data.parts.slice(1) : data.parts;
  const single = parts[2]?.parts.find((one) => isAbout(one.at(0), certificate, issuer));
  if (single === undefined) return unusable("the answer is about another certificate");
  const status = single.at(1).tag;
  if (status === 1) return { status: "revoked" };
  if (status !== 0) return unusable("the responder does not know the certificate");
  const thisUpdate = single.at(2).time;
  const next = single.parts[3];
  if (next?.tag !== 0) return unusable("the answer does not say until when it is valid");
  const nextUpdate = next.at(0).time;
  if (thisUpdate > now + toleranceMs) return unusable("the answer is from the future: check the date of this machine");
  if (nextUpdate <= now) return unusable("the answer is out of date: check the date of this machine");
  return { status: "good", thisUpdate, nextUpdate };
}

const idHashes = new Map([
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
]);

function isAbout(id: Der, certificate: X509Certificate, issuer: X509Certificate): boolean {
  const algorithm = idHashes.get(id.at(0).at(0).oid);
  if (algorithm === undefined) return false;
  const { serial, nameHash, keyHash } = certificateId(certificate, issuer);
  return (
    id.at(1).content.equals(nameHash(algorithm)) &&
    id.at(2).content.equals(keyHash(algorithm)) &&
    id.at(3).content.equals(serial)
  );
}
