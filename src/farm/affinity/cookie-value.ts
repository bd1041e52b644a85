import { createHash, createHmac } from "node:crypto";
import type { MemberConfig } from "../../config/farm-config.ts";

/**
 * ARR's value for a server: SHA-256 of its address without port, lower case, in UTF-16. Whoever knows the address can
 * make it, and ports make no difference. ARR's own are lower-case hex, others' (YARP) upper: they are to be compared so.
 */
export function arrCookieValue(host: string): string {
  return createHash("sha256").update(host.toLowerCase(), "utf16le").digest("hex");
}

/** What the key is used for here, so that a value made for something else is none of ours. */
const purpose = "fairlead-affinity";
/** 128 bits. */
const hexDigits = 32;

/** Without the key nobody can make it, or learn an address from it. It is the same in all farms that the server is in. */
export function keyedCookieValue(key: Buffer, { protocol, host, port }: MemberConfig): string {
  const text = `${purpose}\n${protocol}://${host.toLowerCase()}:${port}`;
  return createHmac("sha256", key).update(text).digest("hex").slice(0, hexDigits);
}
