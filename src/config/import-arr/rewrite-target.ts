import type { ArrRule } from "./arr-rule.ts";

/** Where a Rewrite action leads. */
export type RewriteTarget =
  /** On the same server. */
  | { readonly kind: "path"; readonly path: string }
  | {
      readonly kind: "absolute";
      readonly scheme: "http" | "https";
      /** A name or address, or a template. */
      readonly host: string;
      /** null = the scheme's. */
      readonly port: number | null;
      /** With "/" at its beginning, or a variable that has one; "" = none. */
      readonly path: string;
    }
  /** The scheme is not known before the request comes. */
  | { readonly kind: "unknown" };

/** These begin with "/", so that they may follow the host at once. */
const pathVariable = /^\{(?:REQUEST_URI|UNENCODED_URL|URL|HTTP_URL|PATH_INFO|SCRIPT_NAME)\}/i;

export function rewriteTarget(url: string): RewriteTarget {
  const scheme = /^([^/?]*?):\/\//.exec(url)?.[1];
  if (scheme === undefined)
    return { kind: "path", path: url.startsWith("/") || pathVariable.test(url) ? url : `/${url}` };
  const known = scheme.toLowerCase();
  if (known !== "http" && known !== "https") return { kind: "unknown" };
  const rest = url.slice(scheme.length + 3);
  const end = endOfHost(rest);
  const { host = "", port } = /^(?<host>\[[^\]]*\]|.*?)(?::(?<port>\d+))?$/.exec(rest.slice(0, end))?.groups ?? {};
  return {
    kind: "absolute",
    scheme: known,
    host: host.trim(),
    port: port === undefined ? null : Number(port),
    path: rest.slice(end),
  };
}

function endOfHost(rest: string): number {
  let depth = 0;
  for (let index = 0; index < rest.length; index += 1) {
    const character = rest.charAt(index);
    if (depth === 0 && (/[/?#]/.test(character) || pathVariable.test(rest.slice(index, index + 20)))) return index;
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
  }
  return rest.length;
}

interface Path {
  readonly path: string;
  readonly appendQuery: boolean;
}

/** Does the request keep its path and query? */
export function keepsPath(rule: ArrRule, { path, appendQuery }: Path): boolean {
  const written = path.toUpperCase();
  if (written === "{REQUEST_URI}" || written === "{UNENCODED_URL}") return !appendQuery;
  if (!appendQuery) return false;
  if (written === "{URL}" || written === "{PATH_INFO}") return true;
  if (rule.match.negate) return false;
  if (written === "/{R:0}") return matchesWholePath(rule);
  return written === "/{R:1}" && firstGroupIsAll(rule);
}

const everything: Readonly<Record<string, readonly string[]>> = {
  wildcard: ["*"],
  ecmascript: [".*", "(.*)", "^.*$", "^(.*)$", "^(.*)", "^.*", "(.*)$", "(.*?)$", "^", ""],
  exact: [],
};

/** Holds for every path. */
export function matchesEverything({ syntax, match }: ArrRule): boolean {
  return !match.negate && everything[syntax]?.includes(match.pattern) === true;
}

/** `{R:0}` is the whole path wherever the rule matches. */
function matchesWholePath({ syntax, match: { pattern } }: ArrRule): boolean {
  if (syntax !== "ecmascript") return true;
  const greedy = String.raw`(?:\.\*|\(\.\*\)|\.\+|\(\.\+\))`;
  const begins = new RegExp(`^(?:\\^|${greedy})`).test(pattern);
  const ends = new RegExp(`(?:[^\\\\]\\$|${greedy})$`).test(pattern);
  return begins && ends && !hasOuterAlternative(pattern);
}

function firstGroupIsAll({ syntax, match: { pattern } }: ArrRule): boolean {
  if (syntax === "wildcard") return pattern === "*";
  return syntax === "ecmascript" && /^\^?\(\.[*+]\)\$?$/.test(pattern);
}

/** A "|" outside of all groups and classes. */
function hasOuterAlternative(pattern: string): boolean {
  const bare = pattern.replaceAll(/\\./g, "").replaceAll(/\[[^\]]*\]/g, "");
  let depth = 0;
  for (const character of bare) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "|" && depth === 0) return true;
  }
  return false;
}
