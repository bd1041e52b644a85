import { createHmac, timingSafeEqual } from "node:crypto";
import md4 from "js-md4";
import type { AuthenticateMessage } from "./ntlm-messages.ts";

const proofBytes = 16;
/** A shorter answer than this is NTLMv1's. */
const minResponseBytes = proofBytes + 28;

/** The NT hash of a password: MD4 of its UTF-16LE bytes ([MS-NLMP] 3.3.1). */
export function ntHash(password: string): Buffer {
  return Buffer.from(md4.arrayBuffer(Buffer.from(password, "utf16le")));
}

/** Does the third message prove the password behind `hash`? Only NTLMv2 does ([MS-NLMP] 3.3.2). */
export function provesPassword(message: AuthenticateMessage, hash: Buffer, challenge: Buffer): boolean {
  if (message.ntResponse.length < minResponseBytes) return false;
  const proof = message.ntResponse.subarray(0, proofBytes);
  const blob = message.ntResponse.subarray(proofBytes);
  const key = hmacMd5(hash, Buffer.from(message.user.toUpperCase() + message.domain, "utf16le"));
  return timingSafeEqual(proof, hmacMd5(key, Buffer.concat([challenge, blob])));
}

function hmacMd5(key: Buffer, bytes: Buffer): Buffer {
  return createHmac("md5", key).update(bytes).digest();
}
