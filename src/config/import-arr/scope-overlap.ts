import type { PathScope, RuleScope } from "./rule-scope.ts";

type Host = string | null;

/** Can one request be meant by both? In doubt: yes. */
export function overlap(a: RuleScope, b: RuleScope): boolean {
  if (a.https !== null && b.https !== null && a.https !== b.https) return false;
  return pathsOverlap(a.path, b.path) && a.hosts.some((host) => b.hosts.some((other) => hostsOverlap(host, other)));
}

export function hostsOverlap(a: Host, b: Host): boolean {
  if (a === null || b === null || a === b) return true;
  return (
    includes(a, b) ||
    includes(b, a) ||
    (a.endsWith(".*") && b.startsWith("*.")) ||
    (b.endsWith(".*") && a.startsWith("*."))
  );
}

/** Is the second a name, or are all of its names, among those of the first? */
function includes(pattern: string, other: string): boolean {
  if (pattern.startsWith("*.")) return !other.endsWith(".*") && other.endsWith(pattern.slice(1));
  return pattern.endsWith(".*") && !other.startsWith("*.") && other.startsWith(pattern.slice(0, -1));
}

function pathsOverlap(a: PathScope, b: PathScope): boolean {
  if (a.kind === "any" || b.kind === "any") return true;
  if (a.kind === "exact") return contains(b, a.path);
  if (b.kind === "exact") return contains(a, b.path);
  return contains(a, b.path) || contains(b, a.path) || (a.kind === "begins" && isWithin(a, b)) || isWithin(b, a);
}

function contains(scope: PathScope, path: string): boolean {
  if (scope.kind === "any") return true;
  if (scope.kind === "begins") return path.startsWith(scope.path);
  return path === scope.path || (scope.kind === "below" && path.startsWith(`${scope.path}/`));
}

/** "begins" below the other one's path, though it is longer than that. */
function isWithin(begins: PathScope, other: PathScope): boolean {
  if (begins.kind !== "begins" || other.kind === "any") return false;
  return begins.path.startsWith(other.path) && (other.kind === "begins" || begins.path.startsWith(`${other.path}/`));
}

/** Is a route for `a` chosen before one for `b` wherever both fit, as the router's precedence has it? */
export function goesBefore(a: RuleScope, b: RuleScope): boolean {
  return a.hosts.every((host) =>
    b.hosts.every((other) => {
      if (!hostsOverlap(host, other)) return true;
      const order = hostRank(host) - hostRank(other);
      return order === 0 ? pathRank(a.path) > pathRank(b.path) : order > 0;
    }),
  );
}

/** Exact, then "*.x" the longest first, then "x.*" the longest first, then any. */
function hostRank(host: Host): number {
  if (host === null) return 0;
  if (host.endsWith(".*")) return 1000 + host.length;
  return host.startsWith("*.") ? 2000 + host.length : 3000;
}

function pathRank(path: PathScope): number {
  if (path.kind === "any") return 0;
  return path.path.length + 1 + (path.kind === "exact" ? 0.5 : 0);
}
