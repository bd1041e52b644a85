import type { X509Certificate } from "node:crypto";
import { certificateId } from "./certificate-id.ts";

const sequence = 0x30;
const octets = 0x04;
const integer = 0x02;
/** AlgorithmIdentifier of SHA-1, which is no signature here; the one hash that every responder knows (RFC 5019 2.1.1). */
const sha1 = Buffer.from("300906052b0e03021a0500", "hex");

/** The request for the status of one certificate in DER (RFC 6960 4.1); without nonce, so that answers can be cached ones. */
export function ocspRequest(certificate: X509Certificate, issuer: X509Certificate): Buffer {
  const { serial, nameHash, keyHash } = certificateId(certificate, issuer);
  const id = element(
    sequence,
    sha1,
    element(octets, nameHash("sha1")),
    element(octets, keyHash("sha1")),
    element(integer, serial),
  );
  // CertID in Request in requestList in TBSRequest in OCSPRequest
  return [1, 2, 3, 4].reduce((inner) => element(sequence, inner), id);
}

function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const header = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}
