import ipaddr from "ipaddr.js";

/** An address, ready to be compared. An IPv4 address in its IPv6 form is the IPv4 address. */
export interface IpAddress {
  readonly text: string;
  /** Its bits; those of IPv4 behind all of IPv6, so that `::/0` holds no IPv4 address. */
  readonly value: bigint;
  /** What one party mostly has: the address itself, of IPv6 its /64. */
  readonly network: string;
}

/** A range of addresses, both ends included. */
export interface IpRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** Stands for the address of what came by a Unix domain socket, which has none. As a network it is "unix". */
export const unixAddress: IpAddress = { text: "unix:", value: -1n, network: "unix:" };

const ipv4Base = 1n << 128n;
const ipv6Bits = 128;
const ipv4Bits = 32;
/** Of an IPv6 address that stands for an IPv4 one (RFC 4291 2.5.5.2). */
const mappedBits = ipv6Bits - ipv4Bits;

/** Strict: four decimal numbers, or IPv6 without brackets, port and zone; null = anything else. */
export function parseIpAddress(text: string): IpAddress | null {
  if (!isPlainAddress(text)) return null;
  const address = ipaddr.process(text);
  const bits = bitsOf(address.toByteArray());
  if (address.kind() === "ipv4") {
    const plain = address.toString();
    return { text: plain, value: ipv4Base + bits, network: plain };
  }
  return { text, value: bits, network: `${(bits >> 64n).toString(16)}::/64` };
}

/** The peer's address as a socket tells it: an IPv6 one may have its interface behind a "%". null = the socket is gone. */
export function parsePeerAddress(remoteAddress: string | undefined): IpAddress | null {
  return parseIpAddress(remoteAddress?.replace(/%.*/, "") ?? "");
}

/** "10.0.0.0/8", "fd00::/8", one address, or "unix"; null = not a network. Bits behind the fixed ones count for nothing. */
export function parseIpNetwork(text: string): IpRange | null {
  if (text === "unix") return { first: unixAddress.value, last: unixAddress.value };
  const [, written = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseIpAddress(written);
  if (address === null) return null;
  const total = written.includes(":") ? ipv6Bits : ipv4Bits;
  const fixed = length === undefined ? total : Number(length);
  const isMapped = total === ipv6Bits && address.value >= ipv4Base;
  if (fixed > total || (isMapped && fixed < mappedBits)) return null;
  const free = BigInt(total - fixed);
  const first = (address.value >> free) << free;
  return { first, last: first + (1n << free) - 1n };
}

function isPlainAddress(text: string): boolean {
  if (!text.includes(":")) return ipaddr.IPv4.isValidFourPartDecimal(text);
  return !text.includes("%") && ipaddr.IPv6.isValid(text);
}

function bitsOf(bytes: readonly number[]): bigint {
  return bytes.reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}
