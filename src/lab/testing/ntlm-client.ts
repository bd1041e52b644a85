import { createHmac, randomBytes } from "node:crypto";
import { ntHash } from "../ntlm/ntlm-v2.ts";

const domain = "TAILSPINTOYS";

/** The value of Authorization that begins an NTLM handshake. */
export function ntlmNegotiate(scheme = "NTLM"): string {
  const message = Buffer.alloc(32);
  message.write("NTLMSSP\0", "latin1");
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(0x0008_8207, 12);
  return `${scheme} ${message.toString("base64")}`;
}

/** The value of Authorization that answers the challenge in a 401's head. */
export function ntlmAuthenticate(head: string, user: string, password: string): string {
  const [, scheme = "", token = ""] = /^WWW-Authenticate: *(NTLM|Negotiate) (\S+)/im.exec(head) ?? [];
  const challenge = Buffer.from(token, "base64");
  const pairs = challenge.subarray(challenge.readUInt32LE(44), challenge.readUInt32LE(44) + challenge.readUInt16LE(40));
  const blob = Buffer.concat([
    Buffer.from("0101000000000000", "hex"),
    Buffer.alloc(8),
    randomBytes(8),
    Buffer.alloc(4),
    pairs,
    Buffer.alloc(4),
  ]);
  const key = hmac(ntHash(password), Buffer.from(user.toUpperCase() + domain, "utf16le"));
  const proof = hmac(key, Buffer.concat([challenge.subarray(24, 32), blob]));
  return `${scheme} ${authenticateMessage(Buffer.concat([proof, blob]), user).toString("base64")}`;
}

function authenticateMessage(ntResponse: Buffer, user: string): Buffer {
  const header = Buffer.alloc(64);
  header.write("NTLMSSP\0", "latin1");
  header.writeUInt32LE(3, 8);
  header.writeUInt32LE(0x0008_8205, 60);
  const fields = [
    Buffer.alloc(0),
    ntResponse,
    Buffer.from(domain, "utf16le"),
    Buffer.from(user, "utf16le"),
    Buffer.alloc(0),
    Buffer.alloc(0),
  ];
  let offset = header.length;
  for (const [index, field] of fields.entries()) {
    const at = 12 + index * 8;
    header.writeUInt16LE(field.length, at);
    header.writeUInt16LE(field.length, at + 2);
    header.writeUInt32LE(offset, at + 4);
    offset += field.length;
  }
  return Buffer.concat([header, ...fields]);
}

function hmac(key: Buffer, bytes: Buffer): Buffer {
  return createHmac("md5", key).update(bytes).digest();
}
