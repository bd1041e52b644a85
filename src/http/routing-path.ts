/**
 * The path that routes are compared with: decoded once, lower case, "\" read as "/", empty and dot segments resolved, as
 * IIS does before it chooses an application. What is forwarded stays as it came. null = a malformed escape or a NUL.
 */
export function routingPath(target: string): string | null {
  const query = target.indexOf("?");
  const path = (query === -1 ? target : target.slice(0, query)).toLowerCase();
  return needsWork.test(path) ? resolved(path) : path;
}

const needsWork = /[%\\]|\/\.|\/\//;
const malformedEscape = /%(?![0-9a-f]{2})|%00/;

function resolved(path: string): string | null {
  if (malformedEscape.test(path)) return null;
  const decoded = path
    .replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .toLowerCase();
  const kept: string[] = [];
  for (const segment of decoded.split(/[/\\]/)) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}`;
}
