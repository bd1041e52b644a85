import type { RuleState } from "./rule-state.ts";
import { compilePart, type Template, type TemplateScope } from "./template.ts";
import { templateParts, type TemplatePart } from "./template-parts.ts";
import { UrlWriter, type ValueKind } from "./url-writer.ts";

/** Variables that are the decoded path. */
const pathVariables: ReadonlySet<string> = new Set(["URL", "PATH_INFO", "SCRIPT_NAME"]);

/** What other variables are; those that are not here are as they stand in a URL. */
const variableKinds: ReadonlyMap<string, ValueKind> = new Map([
  ["UNENCODED_URL", "raw"],
  ["HTTP_URL", "raw"],
  ["HTTP_X_ORIGINAL_URL", "decoded"],
  ["CACHE_URL", "address"],
]);

type Piece = (state: RuleState, writer: UrlWriter) => void;

/**
 * A template for a URL, or ("target") for a path with a query. What rules have decoded is encoded again, so that a server
 * reads what the rules have read: what is of the path can't become a part of the query, and nothing is decoded twice.
 */
export function compileUrlTemplate(text: string, kind: "url" | "target", scope: TemplateScope): Template {
  const parts = templateParts(text);
  const start = kind === "url" && hasAuthority(parts) ? "scheme" : "path";
  const pieces = parts.map((part) => compilePiece(part, scope));
  return (state) => {
    const writer = new UrlWriter(kind === "target", start);
    for (const piece of pieces) piece(state, writer);
    return writer.text;
  };
}

/** "https://…", "{C:1}://…" or "//…", before anything else. */
function hasAuthority(parts: readonly TemplatePart[]): boolean {
  const index = parts.findIndex((part) => part.kind === "text" && /[/?#]/.test(part.text));
  const part = parts[index];
  if (part?.kind !== "text") return false;
  const slash = part.text.search(/[/?#]/);
  return part.text.startsWith("//", slash) && (slash === 0 ? index === 0 : part.text[slash - 1] === ":");
}

function compilePiece(part: TemplatePart, scope: TemplateScope): Piece {
  if (part.kind === "text") return (_state, writer) => writer.literal(part.text);
  const value = compilePart(part, scope);
  if (part.kind === "variable") return variablePiece(part.name, value);
  const kind = kindOf(part);
  if (kind !== "captured") return (state, writer) => writer.value(value(state), kind);
  return (state, writer) => writer.value(value(state), state.decodedCaptures ? "decoded" : "url");
}

/** A rule may have set it to something else, which is a text like others. */
function variablePiece(name: string, value: Template): Piece {
  const kind = pathVariables.has(name) ? "path" : (variableKinds.get(name) ?? "url");
  if (name !== "REQUEST_URI") {
    return (state, writer) => writer.value(value(state), isSet(name, state) ? "url" : kind);
  }
  return (state, writer) => {
    if (isSet(name, state)) writer.value(value(state), "url");
    else {
      writer.value(`/${state.path}`, "path");
      if (state.query !== "") writer.value(`?${state.query}`, "raw");
    }
  };
}

/** Has a rule set it? */
function isSet(name: string, { variables, headers }: RuleState): boolean {
  return variables?.has(name) === true || (name === "HTTP_X_ORIGINAL_URL" && headers?.has("x-original-url") === true);
}

/** "captured": it depends on the condition that has captured it. */
function kindOf(part: TemplatePart): ValueKind | "captured" {
  if (part.kind === "capture") return part.of === "rule" ? "path" : "captured";
  if (part.kind === "variable") return pathVariables.has(part.name) || part.name === "REQUEST_URI" ? "decoded" : "url";
  // Maps hold URLs, and {UrlEncode:} makes what belongs in one.
  if (part.kind !== "function" || part.name === "urlencode") return "url";
  if (part.name === "urldecode") return "decoded";
  const inner = part.argument.map(kindOf);
  if (inner.some((kind) => kind === "path" || kind === "decoded")) return "decoded";
  return inner.includes("captured") ? "captured" : "url";
}

/** Is something in it that rules have decoded, and nothing has looked up or encoded since? */
export function isDecoded(parts: readonly TemplatePart[]): boolean {
  return parts.some((part) => {
    const kind = kindOf(part);
    return kind === "path" || kind === "decoded" || kind === "captured" || isDecodedVariable(part);
  });
}

function isDecodedVariable(part: TemplatePart): boolean {
  return part.kind === "variable" && ["decoded", "address"].includes(variableKinds.get(part.name) ?? "");
}

/** Which part of the target stays as it is, escapes and all: a template that stands for just that. */
export function keptPart(text: string): ((state: RuleState) => boolean) | null {
  const [only, second] = templateParts(text);
  if (only?.kind === "variable" && second === undefined) {
    const { name } = only;
    return pathVariables.has(name) || name === "REQUEST_URI" ? ({ variables }) => variables?.has(name) !== true : null;
  }
  return /^\/\{R:0\}$/i.test(text) ? ({ ruleCaptures, path }) => ruleCaptures[0] === path : null;
}

/** Does the query stay as well? */
export function keepsQuery(text: string): boolean {
  return /^\{REQUEST_URI\}$/i.test(text);
}

/** With the query behind it, before a fragment. */
export function withQuery(url: string, query: string): string {
  if (query === "") return url;
  const hash = url.indexOf("#");
  const [before, fragment] = hash === -1 ? [url, ""] : [url.slice(0, hash), url.slice(hash)];
  return `${before}${before.includes("?") ? "&" : "?"}${query}${fragment}`;
}
