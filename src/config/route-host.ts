import { normaliseHost } from "./host-name.ts";
import { quote } from "./quote.ts";

export type RouteHost = { readonly ok: true; readonly host: string } | { readonly ok: false; readonly fault: string };

/** The host of a route: a name, an address, or "*.name". */
export function parseRouteHost(written: string): RouteHost {
  const wildcard = written.startsWith("*.");
  const host = normaliseHost(wildcard ? written.slice(2) : written);
  if (host !== null && !(wildcard && /^[[\d.]+$/.test(host))) return { ok: true, host: wildcard ? `*.${host}` : host };
  return { ok: false, fault: `${quote(written)} is not a host name: ${remedy(written)}` };
}

function remedy(written: string): string {
  if (written === "*") return "leave `host` out for any host";
  if (written.includes("*")) return "a wildcard is only allowed as the whole first part, such as *.example.com";
  if (written.includes("://")) return "write the name alone, without https://";
  if (written.includes("/")) return "write the path in `path`";
  if (/:\d+$/.test(written)) return "leave the port out, a route matches all ports";
  if (written.includes(":")) return "write an IPv6 address in brackets and quotes";
  return "write letters, digits, - and dots, such as mail.example.com";
}
