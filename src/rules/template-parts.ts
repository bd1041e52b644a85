import { variableName } from "./variable-name.ts";

/** A template such as "/{ToLower:{R:1}}?host={HTTP_HOST}", taken apart. */
export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  /** {R:n}, {C:n}. */
  | { readonly kind: "capture"; readonly of: "rule" | "condition"; readonly group: number }
  /** Upper case. */
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "function"; readonly name: FunctionName; readonly argument: readonly TemplatePart[] }
  /** As written. */
  | { readonly kind: "map"; readonly name: string; readonly argument: readonly TemplatePart[] };

export type FunctionName = "tolower" | "urlencode" | "urldecode" | "htmlencode";

const functionNames: ReadonlyMap<string, FunctionName> = new Map(
  (["tolower", "urlencode", "urldecode", "htmlencode"] as const).map((name) => [name, name]),
);

/** A "{" without its "}" stands for itself, as there is no way to escape one. */
export function templateParts(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let text = "";
  let at = 0;
  while (at < template.length) {
    const end = template[at] === "{" ? closing(template, at) : -1;
    const part = end === -1 ? null : partOf(template.slice(at + 1, end));
    if (part === null) text += template[at++];
    else {
      if (text !== "") parts.push({ kind: "text", text });
      text = "";
      parts.push(part);
      at = end + 1;
    }
  }
  if (text !== "") parts.push({ kind: "text", text });
  return parts;
}

/** Where the brace that is opened at `start` is closed; -1 = nowhere. */
function closing(template: string, start: number): number {
  let depth = 0;
  for (let at = start; at < template.length; at++) {
    if (template[at] === "{") depth++;
    else if (template[at] === "}" && --depth === 0) return at;
  }
  return -1;
}

/** null = it is only text in braces. */
function partOf(inside: string): TemplatePart | null {
  const colon = inside.indexOf(":");
  if (colon === -1) return /^[A-Za-z_][\w-]*$/.test(inside) ? { kind: "variable", name: variableName(inside) } : null;
  const [name, rest] = [inside.slice(0, colon), inside.slice(colon + 1)];
  const capture = /^[RC]$/i.test(name) && /^\d{1,3}$/.test(rest);
  if (capture) return { kind: "capture", of: name.toUpperCase() === "R" ? "rule" : "condition", group: Number(rest) };
  // No map has such a name: it is text with braces, such as JSON.
  if (!/^[^\s"'{}][^"'{}\r\n]*$/.test(name)) return null;
  const known = functionNames.get(name.toLowerCase());
  const argument = templateParts(rest);
  return known === undefined ? { kind: "map", name, argument } : { kind: "function", name: known, argument };
}

/** All parts, those within others too. */
export function* allParts(parts: readonly TemplatePart[]): Generator<TemplatePart> {
  for (const part of parts) {
    yield part;
    if (part.kind === "function" || part.kind === "map") yield* allParts(part.argument);
  }
}
