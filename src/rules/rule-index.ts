import { literalHost, pathKey } from "./pattern-shape.ts";
import type { ConditionConfig, RuleConfig } from "./rule-config.ts";

/** The numbers of the rules of one host (or of any), by the beginning of the path that they need. */
class PathLists {
  /** Rules that may match any path. */
  readonly any: number[] = [];
  /** By whole segments, lower case; "" = the empty path. */
  readonly byPath = new Map<string, number[]>();
  maxSegments = 0;

  add(key: string | null, rule: number): void {
    if (key === null) {
      this.any.push(rule);
      return;
    }
    const list = this.byPath.get(key);
    if (list === undefined) this.byPath.set(key, [rule]);
    else list.push(rule);
    this.maxSegments = Math.max(this.maxSegments, key.split("/").length);
  }
}

const maxKnownHosts = 4096;

/**
 * Which rules a request's host and path leave: it never decides, it only leaves out what can't match, so that a thousand
 * rules for other hosts and paths cost nothing.
 */
export class RuleIndex {
  readonly #any = new PathLists();
  readonly #exact = new Map<string, PathLists>();
  /** By ".x" for "*.x". */
  readonly #ending = new Map<string, PathLists>();
  /** By "x." for "x.*". */
  readonly #beginning = new Map<string, PathLists>();
  /** The lists of a host that was asked for. */
  readonly #known = new Map<string, readonly PathLists[]>();

  constructor(rules: readonly RuleConfig[]) {
    for (const [number, rule] of rules.entries()) this.#listsFor(hostNeed(rule)).add(pathNeed(rule), number);
  }

  /** To be filled again and again by one request after the other. */
  candidates(): Candidates {
    return new Candidates((host) => (host === null ? this.#all() : (this.#known.get(host) ?? this.#learn(host))));
  }

  /** {HTTP_HOST} may begin with a rule's host without being a name. */
  #all(): readonly PathLists[] {
    return [this.#any, ...this.#exact.values(), ...this.#ending.values(), ...this.#beginning.values()];
  }

  #learn(host: string): readonly PathLists[] {
    const lists: (PathLists | undefined)[] = [this.#any, this.#exact.get(host)];
    for (let dot = host.indexOf("."); dot !== -1; dot = host.indexOf(".", dot + 1)) {
      lists.push(this.#ending.get(host.slice(dot)), this.#beginning.get(host.slice(0, dot + 1)));
    }
    // {HTTP_HOST} has the root's dot that was sent with the name.
    lists.push(this.#beginning.get(`${host}.`));
    const found = lists.filter((one) => one !== undefined);
    // Clients choose what they send: the memory of it is bounded.
    if (this.#known.size >= maxKnownHosts) this.#known.clear();
    this.#known.set(host, found);
    return found;
  }

  #listsFor(need: string | null): PathLists {
    if (need === null) return this.#any;
    if (need.startsWith("*.")) return listsIn(this.#ending, need.slice(1));
    return need.endsWith(".*") ? listsIn(this.#beginning, need.slice(0, -1)) : listsIn(this.#exact, need);
  }
}

function listsIn(map: Map<string, PathLists>, key: string): PathLists {
  const lists = map.get(key) ?? new PathLists();
  map.set(key, lists);
  return lists;
}

/** The host that a rule needs, written as in a route; null = it may be any. */
function hostNeed({ host, syntax, grouping, conditions }: RuleConfig): string | null {
  if (host !== null) return host;
  if (grouping === "any" && conditions.length > 1) return null;
  for (const condition of conditions) {
    const need = hostOfCondition(condition, syntax);
    if (need !== null) return need;
  }
  return null;
}

function hostOfCondition({ input, pattern, negate }: ConditionConfig, syntax: RuleConfig["syntax"]): string | null {
  if (negate || !/^\{HTTP[_-]HOST\}$/i.test(input)) return null;
  const literal = literalHost(pattern, syntax);
  if (literal === null) return null;
  const host = literal.host.toLowerCase();
  if (literal.form === "prefix") return host.endsWith(".") ? `${host}*` : null;
  // A port in the pattern, or a root's dot: the index knows names alone.
  return /^[a-z0-9.-]*[a-z0-9-]$/.test(host) ? host : null;
}

function pathNeed({ path, syntax }: RuleConfig): string | null {
  return path === null || path.negate ? null : pathKey(path.pattern, syntax);
}

/** The rules that are left for a host and a path, in order. */
export class Candidates {
  readonly #listsOf: (host: string | null) => readonly PathLists[];
  /** Made once and used again; `#count` of them hold. */
  readonly #lists: (readonly number[])[] = [];
  readonly #positions: number[] = [];
  #count = 0;

  constructor(listsOf: (host: string | null) => readonly PathLists[]) {
    this.#listsOf = listsOf;
  }

  /** `host`: null = it is no name. `path`: as rules compare it. */
  locate(host: string | null, path: string): void {
    this.#count = 0;
    let lowerCase: string | null = null;
    for (const lists of this.#listsOf(host)) {
      this.#take(lists.any);
      if (lists.maxSegments > 0) this.#takeByPath(lists, (lowerCase ??= path.toLowerCase()));
    }
  }

  /** The first one from `from` on; -1 = none is left. `from` only grows. */
  next(from: number): number {
    let best = -1;
    for (let index = 0; index < this.#count; index++) {
      const list = this.#lists[index] ?? [];
      let position = this.#positions[index] ?? 0;
      while (position < list.length && (list[position] ?? 0) < from) position++;
      this.#positions[index] = position;
      const number = list[position];
      if (number !== undefined && (best === -1 || number < best)) best = number;
    }
    return best;
  }

  #takeByPath({ byPath, maxSegments }: PathLists, path: string): void {
    if (path === "") {
      this.#take(byPath.get(""));
      return;
    }
    let end = -1;
    for (let segment = 0; segment < maxSegments; segment++) {
      end = path.indexOf("/", end + 1);
      this.#take(byPath.get(end === -1 ? path : path.slice(0, end)));
      if (end === -1) return;
    }
  }

  #take(list: readonly number[] | undefined): void {
    if (list === undefined || list.length === 0) return;
    this.#lists[this.#count] = list;
    this.#positions[this.#count] = 0;
    this.#count++;
  }
}
