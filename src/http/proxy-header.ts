import ipaddr from "ipaddr.js";
import { readProxyHeaderV2, signature } from "./proxy-header-v2.ts";
import {
  incomplete,
  malformed,
  type ProxyAddresses,
  type ProxyEndpoint,
  type ProxyHeader,
} from "./proxy-header-result.ts";

const prefix = Buffer.from("PROXY ", "latin1");
/** With its CR LF. */
const maxV1 = 107;

/**
 * Reads the header that begins `bytes`, of either version of the PROXY protocol (HAProxy, proxy-protocol.txt). Bytes
 * that cannot become a header are malformed at once, however few they are.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (begins(bytes, signature)) return readProxyHeaderV2(bytes);
  if (begins(bytes, prefix)) return readV1(bytes);
  return malformed("no PROXY protocol header");
}

/** As far as there are bytes. */
function begins(bytes: Buffer, beginning: Buffer): boolean {
  const length = Math.min(bytes.length, beginning.length);
  return bytes.compare(beginning, 0, length, 0, length) === 0;
}

function readV1(bytes: Buffer): ProxyHeader {
  const text = bytes.toString("latin1", 0, Math.min(bytes.length, maxV1));
  const end = text.search(/[\r\n]/);
  if (end === -1) return text.length < maxV1 ? incomplete : malformed("a line of more than 107 bytes");
  if (text.length === end + 1 && text.endsWith("\r")) {
    return text.length < maxV1 ? incomplete : malformed("a line of more than 107 bytes");
  }
  if (!text.startsWith("\r\n", end)) return malformed("a line that does not end with CR LF");
  const line = text.slice(0, end);
  // What follows the word is to be ignored.
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { state: "complete", length: end + 2, addresses: null };
  const addresses = addressesOf(line.split(" "));
  if (addresses === null) return malformed("malformed addresses");
  return { state: "complete", length: end + 2, addresses };
}

function addressesOf(words: readonly string[]): ProxyAddresses | null {
  const [, family, from = "", to = "", fromPort = "", toPort = "", ...more] = words;
  if (more.length > 0 || (family !== "TCP4" && family !== "TCP6")) return null;
  const source = endpoint(family, from, fromPort);
  const destination = endpoint(family, to, toPort);
  return source === null || destination === null ? null : { source, destination };
}

function endpoint(family: "TCP4" | "TCP6", address: string, port: string): ProxyEndpoint | null {
  const valid =
    family === "TCP4"
      ? ipaddr.IPv4.isValidFourPartDecimal(address)
      : /^[\da-f:.]{2,45}$/i.test(address) && ipaddr.IPv6.isValid(address);
  if (!valid || !/^(?:0|[1-9]\d{0,4})$/.test(port) || Number(port) > 65_535) return null;
  return { address: ipaddr.process(address).toString(), port: Number(port) };
}
