import assert from "node:assert/strict";
import type { IisSite } from "./iis-site.ts";
import type { ImportedSite } from "./imported-site.ts";
import { askedText, wayText, type Asked, type Way } from "./way.ts";

/** The router does with the request what IIS did. */
export function assertSameWay(iis: IisSite, imported: ImportedSite, asked: Asked): void {
  // IIS refuses hosts that no site is bound to; the router has no such bindings.
  if (!iis.isBound(asked)) return;
  const found = wayText(imported.wayOf(asked));
  if (found === "malformed" && isAmbiguous(asked)) return;
  const host = asked.host.replace(/:\d+$/, "");
  // The port in Host is not looked at: where "^a$" takes "a", it takes "a:8443" as well.
  const plain = iis.wayOf({ ...asked, host });
  const expected = [iis.wayOf(asked), plain, withHost(plain, host, asked.host)].map(wayText);
  if (!expected.includes(found)) assert.equal(found, expected[0], askedText(asked));
}

function withHost(way: Way, host: string, asked: string): Way {
  if (way.kind === "redirect") return { ...way, location: way.location.replace(`//${host}/`, `//${asked}/`) };
  return way.kind === "forward" && way.host === host ? { ...way, host: asked } : way;
}

/** Another server may read another path. */
function isAmbiguous({ target }: Asked): boolean {
  return /\/\/|\/\.\.?(?:\/|$)|%2f|%5c/i.test(target);
}
