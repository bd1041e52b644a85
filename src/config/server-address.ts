import { isIp, normaliseHost } from "./host-name.ts";
import { quote } from "./quote.ts";

interface ServerAddress {
  readonly protocol: "http" | "https";
  /** As it is dialled: IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

export type ServerAddressResult =
  | { readonly ok: true; readonly address: ServerAddress }
  | { readonly ok: false; readonly fault: string };

const shape =
  /^(?:(?<scheme>[a-z][a-z0-9+.-]*):\/\/)?(?<host>\[[^\]]*\]|[^:/?#@]*)(?::(?<port>[^/?#]*))?(?<rest>[/?#].*)?$/is;

/** `https://host:port`, of which only the host must be there. */
export function parseServerAddress(written: string): ServerAddressResult {
  const parsed = parse(written);
  if (typeof parsed !== "string") return { ok: true, address: parsed };
  return { ok: false, fault: `${quote(written)} is not the address of a server: ${parsed}` };
}

/** The address, or the remedy. */
function parse(written: string): ServerAddress | string {
  if (written.includes("@")) return "leave user and password out";
  if (isBareIpv6(written)) return `write IPv6 in brackets and quotes: "[${written}]"`;
  const { scheme = "https", host: name = "", port: digits, rest = "/" } = shape.exec(written)?.groups ?? {};
  const protocol = protocolOf(scheme);
  if (protocol === null) return "the protocol must be https or http";
  if (rest !== "/") return "leave the path out, requests keep their own";
  const port = portOf(digits, protocol);
  if (port === null) return "the port must be a number from 1 to 65535";
  const host = normaliseHost(name);
  if (host === null) return "its host must be a name, an IPv4 address, or an IPv6 address in brackets";
  return { protocol, host: host.replace(/^\[|\]$/g, ""), port };
}

const isBareIpv6 = (written: string): boolean => written.includes(":") && isIp(written);

function protocolOf(scheme: string): "http" | "https" | null {
  const protocol = scheme.toLowerCase();
  return protocol === "http" || protocol === "https" ? protocol : null;
}

function portOf(written: string | undefined, protocol: "http" | "https"): number | null {
  if (written === undefined) return protocol === "https" ? 443 : 80;
  const port = /^\d{1,5}$/.test(written) ? Number(written) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}
