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

/** Deeper ones are text: who reads them does so by recursion. */
export const maxNested = 50;

/** A "{" without its "}" stands for itself, as there is no way to escape one. */
export function templateParts(template: string): TemplatePart[] {
  return partsBetween({ template, closings: closingsOf(template) }, 0, template.length, 0);
}

interface Source {
  readonly template: string;
  /** Where each brace that is opened is closed. */
  readonly closings: ReadonlyMap<number, number>;
}

function closingsOf(template: string): Map<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < template.length; at++) {
    if (template[at] === "{") open.push(at);
    else if (template[at] === "}") {
      const start = open.pop();
      if (start !== undefined) closings.set(start, at);
    }
  }
  return closings;
}

function partsBetween(source: Source, start: number, end: number, depth: number): TemplatePart[] {
  const { template, closings } = source;
  const parts: TemplatePart[] = [];
  let textStart = start;
  let at = start;
  while (at < end) {
    const close = template[at] === "{" ? closings.get(at) : undefined;
    const part = close === undefined || depth === maxNested ? null : partOf(source, at + 1, close, depth);
    if (part === null || close === undefined) at++;
    else {
      if (at > textStart) parts.push({ kind: "text", text: template.slice(textStart, at) });
      parts.push(part);
      at = close + 1;
      textStart = at;
    }
  }
  if (end > textStart) parts.push({ kind: "text", text: template.slice(textStart, end) });
  return parts;
}

/** Before a colon; no map has another name than such. What is none is text with braces, such as JSON. */
const mapName = /^[^\s"'{}][^"'{}\r\n]*$/;
const variable = /^[A-Za-z_][\w-]*$/;

/** null = it is only text in braces. */
function partOf(source: Source, start: number, end: number, depth: number): TemplatePart | null {
  const inside = source.template.slice(start, end);
  const colon = inside.indexOf(":");
  if (colon === -1) return variable.test(inside) ? { kind: "variable", name: variableName(inside) } : null;
  const [name, rest] = [inside.slice(0, colon), inside.slice(colon + 1)];
  if (/^[RC]$/i.test(name) && /^\d{1,3}$/.test(rest)) {
    return { kind: "capture", of: name.toUpperCase() === "R" ? "rule" : "condition", group: Number(rest) };
  }
  if (!mapName.test(name)) return null;
  const argument = partsBetween(source, start + colon + 1, end, depth + 1);
  const known = functionNames.get(name.toLowerCase());
  return known === undefined ? { kind: "map", name, argument } : { kind: "function", name: known, argument };
}

/** All parts, those within others too. */
export function* allParts(parts: readonly TemplatePart[]): Generator<TemplatePart> {
  for (const part of parts) {
    yield part;
    if (part.kind === "function" || part.kind === "map") yield* allParts(part.argument);
  }
}
