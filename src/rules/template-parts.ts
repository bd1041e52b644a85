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

/** How deep functions and maps may be nested: what stands deeper is text. */
export const maxNested = 32;

/** A "{" without its "}" stands for itself, as there is no way to escape one. */
export function templateParts(template: string): TemplatePart[] {
  return partsIn(template, 0);
}

function partsIn(template: string, depth: number): TemplatePart[] {
  const parts: TemplatePart[] = [];
  const closings = closingBraces(template);
  let text = "";
  let at = 0;
  while (at < template.length) {
    const end = closings.get(at);
    const part = end === undefined ? null : partOf(template.slice(at + 1, end), depth);
    if (part === null || end === undefined) text += template[at++];
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

/** Where each "{" is closed that is. */
function closingBraces(template: string): ReadonlyMap<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (const { 0: brace, index } of template.matchAll(/[{}]/g)) {
    if (brace === "{") open.push(index);
    else {
      const start = open.pop();
      if (start !== undefined) closings.set(start, index);
    }
  }
  return closings;
}

/** null = it is only text in braces. */
function partOf(inside: string, depth: number): TemplatePart | null {
  const colon = inside.indexOf(":");
  if (colon === -1) return /^[A-Za-z_][\w-]*$/.test(inside) ? { kind: "variable", name: variableName(inside) } : null;
  const [name, rest] = [inside.slice(0, colon), inside.slice(colon + 1)];
  const capture = /^[RC]$/i.test(name) && /^\d{1,3}$/.test(rest);
  if (capture) return { kind: "capture", of: name.toUpperCase() === "R" ? "rule" : "condition", group: Number(rest) };
  // No map has such a name: it is text with braces, such as JSON.
  if (depth >= maxNested || !/^[^\s"'{}][^"'{}\r\n]*$/.test(name)) return null;
  const known = functionNames.get(name.toLowerCase());
  const argument = partsIn(rest, depth + 1);
  return known === undefined ? { kind: "map", name, argument } : { kind: "function", name: known, argument };
}

/** All parts, those within others too. */
export function* allParts(parts: readonly TemplatePart[]): Generator<TemplatePart> {
  for (const part of parts) {
    yield part;
    if (part.kind === "function" || part.kind === "map") yield* allParts(part.argument);
  }
}
