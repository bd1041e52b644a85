import type { RuleRequest } from "../../src/rules/rule-request.ts";
import { cookedPath, splitQuery } from "./reference-url.ts";

/** A request that is asked about. */
export interface Asked {
  readonly https: boolean;
  /** As it stands in Host. */
  readonly host: string;
  readonly target: string;
}

/** What becomes of it, said so that IIS and the router can be compared. */
export type Way =
  | {
      readonly kind: "forward";
      /** With scheme and port. */
      readonly servers: readonly string[];
      /** The path of the health check; "" = none. */
      readonly check: string;
      readonly target: string;
      readonly host: string;
      /** Set by rules, beside Host; "" = it is removed. */
      readonly headers: ReadonlyMap<string, string>;
    }
  | { readonly kind: "redirect"; readonly status: number; readonly location: string }
  | { readonly kind: "respond"; readonly status: number; readonly reason: string; readonly body: string }
  | { readonly kind: "abort" }
  /** No rule forwards it. */
  | { readonly kind: "nothing" }
  /** Its host or path can be read in more than one way. */
  | { readonly kind: "malformed" };

export function wayText(way: Way): string {
  switch (way.kind) {
    case "forward": {
      const headers = [...way.headers]
        .filter(isNoticed)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
      if (way.servers.length === 0) return "no server";
      return `to ${way.servers.join(" or ")}, check ${way.check.toLowerCase()}: ${meaning(way.target)} host=${way.host}${headers.join("")}`;
    }
    case "redirect":
      return `redirect ${way.status} ${sameLocation(way.location)}`;
    case "respond":
      if (way.status === 503 && way.reason === "No server") return "no server";
      return way.status === 404 && way.body === "" && /^(?:not found)?$/i.test(way.reason)
        ? "nothing"
        : `respond ${way.status} ${way.reason} ${way.body}`;
    case "abort":
    case "nothing":
    case "malformed":
      break;
  }
  return way.kind;
}

/** What the client has not sent cannot be removed. */
function isNoticed([name, value]: readonly [string, string]): boolean {
  return value !== "" || name === "x-client";
}

/** However the path is spelt: IIS spells it in its own way, and an empty query gets lost on it. */
function meaning(target: string): string {
  const { path, query } = splitQuery(target);
  return `${JSON.stringify(cookedPath(path))} ${query}`;
}

function sameLocation(location: string): string {
  const [, origin = "", target = ""] = /^([a-z]+:\/\/[^/?#]*)(.*)$/i.exec(location) ?? [location, "", location];
  return `${origin.toLowerCase()}${meaning(target)}`;
}

export function askedText({ https, host, target }: Asked): string {
  return `${https ? "https" : "http"}://${host}${target}`;
}

export function hostNameOf(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, "");
}

export function requestOf({ https, host, target }: Asked): RuleRequest {
  const start = `GET ${target} HTTP/1.1\r\n`;
  return {
    method: "GET",
    target,
    host,
    https,
    version: "1.1",
    head: `${start}Host: ${host}\r\nX-Client: yes\r\n\r\n`,
    fieldsStart: start.length,
    clientAddress: "192.0.2.7",
    clientPort: 0,
    localAddress: "",
    localPort: Number(/:(\d+)$/.exec(host)?.[1] ?? (https ? 443 : 80)),
  };
}
