import type { RewriteMapConfig } from "../../src/rules/rule-config.ts";
import { percentEncode, utf8OrLatin1, type Piece } from "./reference-url.ts";

/** What the names in a template stand for. */
export interface Scope {
  /** Of the rule's pattern; [] = it captured nothing. */
  readonly r: readonly string[];
  /** Of its conditions. */
  readonly c: readonly string[];
  /** These are of a decoded path. */
  readonly decoded: boolean;
  readonly maps: readonly RewriteMapConfig[];
  readonly variable: (name: string) => string;
  /** A rule has set it; it no longer stands for the request. */
  readonly isSet: (name: string) => boolean;
  /** Of the request as it is now. */
  readonly query: string;
}

export function expand(template: string, scope: Scope): string {
  return expandPieces(template, scope)
    .map(({ text }) => text)
    .join("");
}

export function expandPieces(template: string, scope: Scope): Piece[] {
  const open = template.indexOf("{");
  if (open === -1) return literal(template);
  const close = matchingBrace(template, open);
  if (close === -1 || !isReference(template.slice(open + 1, close))) {
    // No partner, or no name within: the brace is text.
    const [first, ...rest] = expandPieces(template.slice(open + 1), scope);
    const before = template.slice(0, open + 1);
    if (first?.kind !== "literal") return [...literal(before), ...(first === undefined ? [] : [first, ...rest])];
    return [...literal(before + first.text), ...rest];
  }
  return [
    ...literal(template.slice(0, open)),
    reference(template.slice(open + 1, close), scope),
    ...expandPieces(template.slice(close + 1), scope),
  ];
}

function literal(text: string): Piece[] {
  return text === "" ? [] : [{ kind: "literal", text, queryAt: -1 }];
}

function matchingBrace(template: string, open: number): number {
  let depth = 0;
  for (let at = open; at < template.length; at++) {
    if (template[at] === "{") depth++;
    if (template[at] === "}" && --depth === 0) return at;
  }
  return -1;
}

/** A name, or what could be one and a colon. */
function isReference(inner: string): boolean {
  const colon = inner.indexOf(":");
  if (colon === -1) return /^[a-z_][\w-]*$/i.test(inner);
  const name = inner.slice(0, colon);
  return name !== "" && name.trimStart() === name && !/["'{}\r\n]/.test(name);
}

/** What stands between two braces. */
function reference(inner: string, scope: Scope): Piece {
  const capture = /^([RC]):(\d+)$/i.exec(inner);
  if (capture !== null) {
    const isRule = capture[1]?.toUpperCase() === "R";
    const text = (isRule ? scope.r : scope.c)[Number(capture[2])] ?? "";
    if (isRule) return { kind: "path", text, queryAt: -1 };
    return { kind: scope.decoded ? "captured-decoded" : "captured", text, queryAt: -1 };
  }
  const colon = inner.indexOf(":");
  if (colon === -1) return variable(inner.toUpperCase(), scope);
  const name = inner.slice(0, colon).toLowerCase();
  const pieces = expandPieces(inner.slice(colon + 1), scope);
  const argument = pieces.map(({ text }) => text).join("");
  const call = functions[name];
  if (call !== undefined) return { kind: kindOfCall(name, pieces), text: call(argument), queryAt: -1 };
  const map = scope.maps.find((one) => one.name.toLowerCase() === name);
  if (map === undefined) throw new RangeError(`{${inner}}: there is no such function and no such map`);
  return { kind: "url", text: lookUp(map, argument), queryAt: -1 };
}

/** What a function makes of decoded text is still decoded, but for {UrlEncode:}. */
function kindOfCall(name: string, pieces: readonly Piece[]): Piece["kind"] {
  if (name === "urlencode") return "url";
  if (name === "urldecode") return "decoded";
  const kinds = pieces.map(({ kind }) => kind);
  if (kinds.some((kind) => kind === "path" || kind === "decoded" || kind === "uri")) return "decoded";
  return kinds.find((kind) => kind.startsWith("captured")) ?? "url";
}

/** HTTP_X_ORIGINAL_URL and CACHE_URL are URLs already where a function is given them. */

function variable(name: string, scope: Scope): Piece {
  const text = scope.variable(name);
  if (scope.isSet(name)) return { kind: "url", text, queryAt: -1 };
  if (name === "UNENCODED_URL" || name === "HTTP_URL") return { kind: "verbatim", text, queryAt: -1 };
  if (["URL", "PATH_INFO", "SCRIPT_NAME"].includes(name)) return { kind: "path", text, queryAt: -1 };
  if (["HTTP_X_ORIGINAL_URL", "CACHE_URL"].includes(name)) return { kind: "decoded", text, queryAt: -1 };
  if (name !== "REQUEST_URI") return { kind: "url", text, queryAt: -1 };
  // The path is decoded and may have a "?" of its own.
  const { query } = scope;
  return { kind: "uri", text, queryAt: query === "" ? -1 : text.length - query.length - 1 };
}

function lookUp(map: RewriteMapConfig, key: string): string {
  const form = (text: string): string => (map.ignoreCase ? text.toLowerCase() : text);
  const entry = map.entries.find(([candidate]) => form(candidate) === form(key));
  return entry === undefined ? map.defaultValue : entry[1];
}

const htmlEntities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** By their lower-case names. */
const functions: Readonly<Record<string, (text: string) => string>> = {
  tolower: (text) => text.toLowerCase(),
  // As encodeURIComponent, which throws at half a surrogate pair.
  urlencode: (text) => percentEncode(text, /[\w.!~*'()-]/),
  urldecode: (text) =>
    text.replaceAll(/(?:%[\da-f]{2})+/gi, (run) => utf8OrLatin1(Buffer.from(run.replaceAll("%", ""), "hex"))),
  htmlencode: (text) => text.replaceAll(/[&<>"']/g, (character) => htmlEntities[character] ?? character),
};
