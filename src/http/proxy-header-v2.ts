import ipaddr from "ipaddr.js";
import { crc32c } from "./crc32c.ts";
import { incomplete, malformed, type ProxyEndpoint, type ProxyHeader } from "./proxy-header-result.ts";

export const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");

/** Signature, version and command, family and protocol, length of what follows. */
const fixedBytes = 16;
/** All of it; room for a client certificate among what a balancer adds. */
const maxBytes = 16 * 1024;

const command = { local: 0x20, proxy: 0x21 } as const;
const family = { unspecified: 0x00, tcp4: 0x11, tcp6: 0x21, unix: 0x31 } as const;
/** Of both addresses with their ports. */
const addressBytes: ReadonlyMap<number, number> = new Map([
  [family.tcp4, 12],
  [family.tcp6, 36],
  [family.unix, 216],
]);
const checksumType = 0x03;

/** `bytes` begin with the signature as far as they go. */
export function readProxyHeaderV2(bytes: Buffer): ProxyHeader {
  const start = bytes[signature.length];
  if (start !== undefined && start !== command.local && start !== command.proxy) {
    return malformed(start >> 4 === 2 ? "an unknown command" : "an unknown version");
  }
  if (bytes.length < fixedBytes) return incomplete;
  const length = fixedBytes + bytes.readUInt16BE(14);
  if (length > maxBytes) return malformed(`more than ${maxBytes} bytes`);
  if (bytes.length < length) return incomplete;
  // The balancer's own connection, or one of which it knows no addresses: what else it says is to be ignored.
  const kind = bytes[13] ?? 0;
  if (start === command.local || kind === family.unspecified) return { state: "complete", length, addresses: null };
  return readAddresses(bytes.subarray(0, length), kind);
}

function readAddresses(header: Buffer, kind: number): ProxyHeader {
  const size = addressBytes.get(kind);
  if (size === undefined) return malformed("addresses of something else than TCP");
  const end = fixedBytes + size;
  if (header.length < end) return malformed("too short for its addresses");
  const problem = additionsProblem(header, end);
  if (problem !== null) return malformed(problem);
  const { length } = header;
  if (kind === family.unix) return { state: "complete", length, addresses: null };
  const each = (size - 4) / 2;
  const [first, second] = [fixedBytes, fixedBytes + each];
  const source = endpoint(header.subarray(first, second), header.readUInt16BE(end - 4));
  const destination = endpoint(header.subarray(second, end - 4), header.readUInt16BE(end - 2));
  return { state: "complete", length, addresses: { source, destination } };
}

function endpoint(address: Buffer, port: number): ProxyEndpoint {
  const parsed = ipaddr.fromByteArray([...address]);
  return { address: ipaddr.process(parsed.toString()).toString(), port };
}

/** The type-length-value fields behind the addresses: they must be whole, and the checksum right if there is one. */
function additionsProblem(header: Buffer, start: number): string | null {
  let checksumAt = -1;
  let next = start;
  while (next < header.length) {
    if (next + 3 > header.length) return "a field that is cut off";
    const type = header[next];
    const value = next + 3;
    next = value + header.readUInt16BE(next + 1);
    if (next > header.length) return "a field that is cut off";
    if (type !== checksumType) continue;
    if (next !== value + 4 || checksumAt !== -1) return "a malformed checksum";
    checksumAt = value;
  }
  return checksumAt === -1 || isIntact(header, checksumAt) ? null : "a wrong checksum";
}

/** It was computed with zeros in its own place. */
function isIntact(header: Buffer, checksumAt: number): boolean {
  const copy = Buffer.from(header);
  copy.fill(0, checksumAt, checksumAt + 4);
  return crc32c(copy) === header.readUInt32BE(checksumAt);
}
