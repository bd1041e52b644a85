import { routingPath } from "../http/routing-path.ts";
import { quote } from "./quote.ts";

export type RoutePath = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly fault: string };

/** The path of a route as requests are compared with it. */
export function parseRoutePath(written: string): RoutePath {
  const fault = faultOf(written);
  if (fault !== null) return { ok: false, fault: `${quote(written)} is not a path: ${fault}` };
  const path = routingPath(encodeOthers(written));
  if (path === null)
    return { ok: false, fault: `${quote(written)} is not a path: "%" must be followed by two hexadecimal digits` };
  return { ok: true, path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path };
}

function faultOf(written: string): string | null {
  if (!written.startsWith("/")) return 'it must begin with "/"';
  if (written.includes("?")) return "a route has no query, end it before the ?";
  if (written.includes("#")) return "a route has no fragment, end it before the #";
  if (written.includes("*")) return 'leave the "*" out, a route matches all below its path';
  if (/[\0-\x20\x7f]/.test(written)) return "it must not contain spaces";
  return null;
}

/** Letters beyond ASCII travel as the escapes of their UTF-8 bytes. */
function encodeOthers(written: string): string {
  return written.replace(/[^\0-\x7f]/gu, (character) => Buffer.from(character).toString("hex").replace(/../g, "%$&"));
}
