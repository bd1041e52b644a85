import { createHash, randomBytes } from "node:crypto";

/** RFC 6455 1.3 */
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A Sec-WebSocket-Key: over HTTP/2 the client sends none (RFC 8441 5), towards the member there must be one. */
export function newWebSocketKey(): string {
  return randomBytes(16).toString("base64");
}

/** The Sec-WebSocket-Accept with which a server proves that it has read the key. */
export function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}${guid}`).digest("base64");
}
