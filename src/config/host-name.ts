import { domainToASCII } from "node:url";
import ipaddr from "ipaddr.js";

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * A host name or IP address as requests carry it: lower case, no root dot, ASCII (IDNA), IPv6 in brackets; null = it is
 * none.
 */
export function normaliseHost(written: string): string | null {
  const bracketed = /^\[(.*)\]$/.exec(written)?.[1];
  if (bracketed !== undefined) return ipaddr.IPv6.isValid(bracketed) ? `[${bracketed.toLowerCase()}]` : null;
  if (isIp(written)) return written.includes(":") ? null : written;
  const ascii = /^[\0-\x7f]*$/.test(written) ? written.toLowerCase() : domainToASCII(written);
  const name = ascii.endsWith(".") ? ascii.slice(0, -1) : ascii;
  const labels = name.split(".");
  const isName = name.length <= 253 && labels.every((part) => label.test(part)) && !/^\d+$/.test(labels.at(-1) ?? "");
  return isName ? name : null;
}

/** A plain IP address, IPv6 without brackets. */
export function isIp(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(":") && ipaddr.IPv6.isValid(text));
}

/** Also with brackets. */
export function isIpHost(host: string): boolean {
  return isIp(host.replace(/^\[(.*)\]$/, "$1"));
}
