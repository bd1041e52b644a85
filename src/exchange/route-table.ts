import { parseRouteHost } from "../config/route-host.ts";
import { parseRoutePath } from "../config/route-path.ts";
import type { RouteInput } from "../config/route-schema.ts";

/** Where a host and a path lead, by the router's precedence; null = nowhere. */
export type RouteTable = (host: string, path: string) => string | null;

interface Entry {
  /** "" = any. */
  readonly host: string;
  readonly path: string;
  readonly exact: boolean;
  readonly farm: string;
}

/** For comparing what two lists of routes publish; the router has an index that is made for speed. */
export function routeTable(routes: readonly RouteInput[]): RouteTable {
  const entries = routes.map(entryOf).toSorted((a, b) => rank(b) - rank(a));
  return (host, path) => entries.find((entry) => fitsHost(entry, host) && fitsPath(entry, path))?.farm ?? null;
}

export function entryOf({ host, path = "/", exact = false, farm }: RouteInput): Entry {
  const parsed = host === undefined ? null : parseRouteHost(host);
  const parsedPath = parseRoutePath(path);
  return {
    host: parsed === null ? "" : parsed.ok ? parsed.host : (host ?? ""),
    path: parsedPath.ok ? parsedPath.path : path,
    exact,
    farm,
  };
}

/** Hosts and paths that stand for all that the lists can tell apart. */
export function pointsOf(
  lists: readonly (readonly RouteInput[])[],
): readonly (readonly [host: string, path: string])[] {
  const entries = lists.flat().map(entryOf);
  const hosts = new Set(["unrelated.invalid", ...entries.flatMap(({ host }) => hostsOf(host))]);
  const paths = new Set(["/", "/unrelated", ...entries.flatMap(({ path }) => pathsOf(path))]);
  return [...hosts].flatMap((host) => [...paths].map((path) => [host, path] as const));
}

function hostsOf(host: string): readonly string[] {
  if (host === "") return [];
  if (host.startsWith("*.")) return [host.slice(2), `unrelated.${host.slice(2)}`];
  return host.endsWith(".*")
    ? [host.slice(0, -2), `${host.slice(0, -1)}unrelated.invalid`]
    : [host, `unrelated.${host}`];
}

function pathsOf(path: string): readonly string[] {
  return path === "/" ? ["/"] : [path, `${path}/unrelated`, `${path}x`];
}

/** Host before path; the longer of two of a kind. */
function rank({ host, path, exact }: Entry): number {
  const kind = host === "" ? 0 : host.endsWith(".*") ? 1 : host.startsWith("*.") ? 2 : 3;
  return (kind * 1000 + host.length) * 100_000 + (exact ? 50_000 : 0) + path.length;
}

function fitsHost({ host }: Entry, asked: string): boolean {
  if (host === "" || host === asked) return true;
  if (host.startsWith("*.")) return asked.endsWith(host.slice(1));
  return host.endsWith(".*") && asked.startsWith(host.slice(0, -1));
}

function fitsPath({ path, exact }: Entry, asked: string): boolean {
  return path === asked || (!exact && (path === "/" || asked.startsWith(`${path}/`)));
}
