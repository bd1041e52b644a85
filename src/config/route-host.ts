import { normaliseHost } from "./host-name.ts";
import { quote } from "./quote.ts";

export type RouteHost = { readonly ok: true; readonly host: string } | { readonly ok: false; readonly fault: string };

/** The host of a route: a name, an address, "*.name" or "name.*". */
export function parseRouteHost(written: string): RouteHost {
  const host = isHostPattern(written) ? parsePattern(written) : normaliseHost(written);
  if (host !== null) return { ok: true, host };
  return { ok: false, fault: `${quote(written)} is not a host name: ${remedy(written)}` };
}

/** "*.name": all names under it; "name.*": all that begin so. */
export function isHostPattern(host: string): boolean {
  return host.startsWith("*.") || host.endsWith(".*");
}

function parsePattern(written: string): string | null {
  const isUnder = written.startsWith("*.");
  const name = normaliseHost(isUnder ? written.slice(2) : written.slice(0, -2));
  if (name === null || /^[[\d.]+$/.test(name)) return null;
  return isUnder ? `*.${name}` : `${name}.*`;
}

function remedy(written: string): string {
  if (written === "*") return "leave `host` out for any host";
  if (written.includes("*"))
    return "a wildcard is only allowed as the whole first part, such as *.example.com, or the whole end, such as mail.*";
  if (written.includes("://")) return "write the name alone, without https://";
  if (written.includes("/")) return "write the path in `path`";
  if (/:\d+$/.test(written)) return "leave the port out, a route matches all ports";
  if (written.includes(":")) return "write an IPv6 address in brackets and quotes";
  return "write letters, digits, - and dots, such as mail.example.com";
}
