const needsWork = /[%\\]|\/\.|\/\//;
const malformedEscape = /%(?![0-9a-f]{2})|%00/;
/** What some servers resolve and others leave alone: escaped or backward slashes, dot segments, empty segments. */
const ambiguous = /%2[ef]|%5c|\\|\/\.|\/\//i;

/**
 * The path that routes are compared with: decoded once, lower case, "\" read as "/", empty and dot segments resolved, as
 * IIS does before it chooses an application. What is forwarded stays as it came. null = a malformed escape or a NUL.
 */
export function routingPath(target: string): string | null {
  const path = lowerCasePath(target);
  if (!needsWork.test(path)) return path;
  return malformedEscape.test(path) ? null : resolved(decoded(path, /%([0-9a-f]{2})/g));
}

/**
 * The same as a server reads it that decodes letters but leaves slashes and dots as they are; null = it reads the same.
 * Where the two readings lead to different places nobody can say what was meant, and a route could be got round.
 */
export function literalPath(target: string): string | null {
  if (!ambiguous.test(target)) return null;
  return decoded(lowerCasePath(target), /%(?!2[ef]|5c)([0-9a-f]{2})/g);
}

const climbs = /(?:\/|\\|%2f|%5c)(?:\.|%2e){2}(?=[/\\]|%2f|%5c|$)/;

/** What servers that resolve ".." read differently. */
const disputed = {
  /** Is it decoded first? */
  encodedSlash: /%2f|%5c/,
  /** Is it a slash? */
  backslash: /\\|%5c/,
  encodedDot: /%2e/,
  /** Is it one, and no empty segment? */
  doubleSlash: /(?:\/|\\|%2f|%5c){2}/,
} as const;
type Disputed = keyof typeof disputed;

/**
 * Does ".." take back the same for all servers that resolve it? To some "a%2fb" and "a\b" are one segment and "//" has an
 * empty one, so that "/a%2fb/../c" is "/a/c" here and "/c" there.
 */
export function climbsOneWay(target: string): boolean {
  const path = lowerCasePath(target);
  if (!climbs.test(path)) return true;
  const found = (["encodedSlash", "backslash", "encodedDot", "doubleSlash"] as const).filter((one) =>
    disputed[one].test(path),
  );
  const expected = withoutEnd(path);
  for (let choice = 0; choice < 2 ** found.length - 1; choice++) {
    const affirmed = new Set(found.filter((_one, bit) => (choice >> bit) % 2 === 1));
    if (withoutEnd(climbed(path, affirmed)) !== expected) return false;
  }
  return true;
}

/** Without dot segments, for a server that says yes to these questions alone. */
function climbed(path: string, affirmed: ReadonlySet<Disputed>): string {
  const decodedFirst = affirmed.has("encodedSlash") ? path.replaceAll("%2f", "/").replaceAll("%5c", "\\") : path;
  const plain = affirmed.has("backslash") ? decodedFirst.replaceAll("\\", "/") : decodedFirst;
  const kept: string[] = [];
  for (const segment of plain.slice(1).split("/")) {
    const dots = affirmed.has("encodedDot") ? segment.replaceAll("%2e", ".") : segment;
    if (dots === "..") kept.pop();
    else if (dots !== "." && (segment !== "" || !affirmed.has("doubleSlash"))) kept.push(segment);
  }
  return `/${kept.join("/")}`;
}

function withoutEnd(path: string): string | undefined {
  return routingPath(path)?.replace(/(?<=.)\/$/, "");
}

function lowerCasePath(target: string): string {
  const query = target.indexOf("?");
  return (query === -1 ? target : target.slice(0, query)).toLowerCase();
}

function decoded(path: string, escape: RegExp): string {
  return path.replace(escape, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))).toLowerCase();
}

function resolved(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split(/[/\\]/)) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}`;
}
