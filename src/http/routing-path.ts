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
