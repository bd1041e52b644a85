import type { RouteConfig } from "../config/config.ts";
import { hostName } from "../http/authority.ts";
import { climbsOneWay, literalPath, routingPath } from "../http/routing-path.ts";

/** The routes of one host: path or path prefix -> what serves it. */
class PathTable<T> {
  readonly #exact = new Map<string, T>();
  readonly #prefixes = new Map<string, T>();
  #maxSegments = 0;

  add({ path, exact }: RouteConfig, value: T): void {
    if (exact === true) {
      this.#exact.set(path, value);
      return;
    }
    this.#prefixes.set(path, value);
    this.#maxSegments = Math.max(this.#maxSegments, path.split("/").length - 1);
  }

  /** The path itself, then the longest prefix of whole segments. Costs as much as the deepest route, whatever the request's path. */
  find(path: string): T | null {
    const exact = this.#exact.size === 0 ? undefined : this.#exact.get(path);
    if (exact !== undefined) return exact;
    let best = this.#prefixes.get("/") ?? null;
    let end = 0;
    for (let segment = 0; segment < this.#maxSegments && end !== -1; segment++) {
      end = path.indexOf("/", end + 1);
      best = this.#prefixes.get(end === -1 ? path : path.slice(0, end)) ?? best;
    }
    return best;
  }
}

function findIn<T>(tables: readonly PathTable<T>[], path: string): T | null {
  for (const table of tables) {
    const found = table.find(path);
    if (found !== null) return found;
  }
  return null;
}

const maxKnownHosts = 4096;

/** (host, path prefix) -> what serves it, found in time that does not grow with the number of routes. */
export class RouteIndex<T> {
  readonly #exact = new Map<string, PathTable<T>>();
  /** By ".x" for "*.x". */
  readonly #wildcard = new Map<string, PathTable<T>>();
  /** By "x." for "x.*". */
  readonly #beginnings = new Map<string, PathTable<T>>();
  readonly #any = new PathTable<T>();
  /** The tables for a Host as clients spell it, in the order of preference; */
  readonly #known = new Map<string, readonly PathTable<T>[]>();

  constructor(routes: readonly RouteConfig[], valueOf: (route: RouteConfig) => T) {
    for (const route of routes) this.#tableFor(route.host).add(route, valueOf(route));
  }

  /** null = no route; "malformed" = the host or the path can't be understood. */
  find(host: string, target: string): T | null | "malformed" {
    const tables = this.#known.get(host) ?? this.#learn(host);
    if (tables === null) return "malformed";
    const path = target === "*" ? "/" : routingPath(target);
    if (path === null) return "malformed";
    const found = findIn(tables, path);
    const literal = literalPath(target);
    if (literal === null) return found;
    return findIn(tables, literal) === found && climbsOneWay(target) ? found : "malformed";
  }

  #learn(host: string): readonly PathTable<T>[] | null {
    const name = hostName(host);
    if (name === null) return null;
    const tables = this.#tablesOf(name);
    // Clients choose what they send: the memory of it is bounded, and does not hold on to the head it was part of.
    if (this.#known.size >= maxKnownHosts) this.#known.clear();
    this.#known.set(Buffer.from(host, "latin1").toString("latin1"), tables);
    return tables;
  }

  #tablesOf(name: string): readonly PathTable<T>[] {
    const tables: (PathTable<T> | undefined)[] = [this.#exact.get(name)];
    for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
      tables.push(this.#wildcard.get(name.slice(dot)));
    }
    for (let dot = name.lastIndexOf("."); dot > 0; dot = name.lastIndexOf(".", dot - 1)) {
      tables.push(this.#beginnings.get(name.slice(0, dot + 1)));
    }
    return [...tables.filter((table) => table !== undefined), this.#any];
  }

  #tableFor(host: string | null): PathTable<T> {
    if (host === null) return this.#any;
    const [tables, key] = this.#placeOf(host);
    const table = tables.get(key) ?? new PathTable<T>();
    tables.set(key, table);
    return table;
  }

  #placeOf(host: string): readonly [Map<string, PathTable<T>>, key: string] {
    if (host.startsWith("*.")) return [this.#wildcard, host.slice(1)];
    return host.endsWith(".*") ? [this.#beginnings, host.slice(0, -1)] : [this.#exact, host];
  }
}
