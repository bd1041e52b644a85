import type { RuleState } from "./rule-state.ts";
import { compilePart, joinTemplates, type Template, type TemplateScope } from "./template.ts";
import { templateParts, type TemplatePart } from "./template-parts.ts";
import { encodePath, encodePathAndQuery, encodeQuery, encodeTarget, encodeUrl } from "./url-encode.ts";

/** Variables that are put in as they came, for they are URLs already. */
const rawVariables: ReadonlySet<string> = new Set(["UNENCODED_URL", "HTTP_URL"]);
/** Variables that are the decoded path. */
const pathVariables: ReadonlySet<string> = new Set(["URL", "PATH_INFO", "SCRIPT_NAME"]);
/** Variables that are the decoded path with the query as it came. */
const pathAndQueryVariables: ReadonlySet<string> = new Set(["REQUEST_URI", "HTTP_X_ORIGINAL_URL", "CACHE_URL"]);

type Encode = (text: string) => string;

/**
 * A template for a URL, or ("target") for a path with a query. What rules have decoded is encoded again, so that a server
 * reads what the rules have read: what is of the path can't become a part of the query, and nothing is decoded twice.
 */
export function compileUrlTemplate(text: string, kind: "url" | "target", scope: TemplateScope): Template {
  const encode = kind === "url" ? encodeUrl : encodeTarget;
  let place: "authority" | "path" | "query" = kind === "url" && scheme.test(text) ? "authority" : "path";
  const pieces = templateParts(text).map((part): Template => {
    if (part.kind === "text") {
      const literal = encode(part.text);
      if (place === "authority") place = placeAfter(part.text.replace(scheme, ""));
      if (place === "path" && part.text.includes("?")) place = "query";
      return () => literal;
    }
    const value = compilePart(part, scope);
    if (place === "authority" && isPath(part)) place = "path";
    if (place === "authority") return (state) => encodeAuthority(value(state));
    return place === "query" ? (state) => encodeQuery(value(state)) : inPath(part, value, encode);
  });
  return joinTemplates(pieces);
}

const scheme = /^https?:\/\//i;

/** A variable that begins with a slash, whatever the request. */
function isPath(part: TemplatePart): boolean {
  if (part.kind !== "variable" || part.name === "CACHE_URL") return false;
  return rawVariables.has(part.name) || pathVariables.has(part.name) || pathAndQueryVariables.has(part.name);
}

/** What does not belong into the name of a host is left out; a path may follow it. */
function encodeAuthority(text: string): string {
  const end = text.search(/[/?]/);
  const [host, rest] = end === -1 ? [text, ""] : [text.slice(0, end), text.slice(end)];
  return host.replaceAll(/[^\w.:[\]-]/g, "") + encodeUrl(rest);
}

function placeAfter(text: string): "authority" | "path" | "query" {
  if (text.includes("?")) return "query";
  return text.includes("/") ? "path" : "authority";
}

function inPath(part: TemplatePart, value: Template, encode: Encode): Template {
  if (part.kind === "variable") return variableInPath(part.name, value, encode);
  if (part.kind === "capture" && part.of === "rule") return (state) => encodePath(value(state));
  if (part.kind === "capture") {
    return (state) => (state.decodedCaptures ? encodePathAndQuery(value(state)) : encode(value(state)));
  }
  if (part.kind === "function" && part.name === "tolower" && isDecoded(part.argument)) {
    return (state) => encodePathAndQuery(value(state));
  }
  // Maps hold URLs, and {UrlEncode:} makes what belongs in one.
  return (state) => encode(value(state));
}

function variableInPath(name: string, value: Template, encode: Encode): Template {
  if (rawVariables.has(name)) return value;
  if (pathVariables.has(name)) return (state) => encodePath(value(state));
  if (name === "REQUEST_URI") return ({ path, query }) => `/${encodePath(path)}${query === "" ? "" : `?${query}`}`;
  const encodeIt = pathAndQueryVariables.has(name) ? encodePathAndQuery : encode;
  return (state) => encodeIt(value(state));
}

/** Is something in it that rules have decoded, and nothing has looked up or encoded since? */
export function isDecoded(parts: readonly TemplatePart[]): boolean {
  return parts.some((part) => {
    if (part.kind === "capture") return true;
    if (part.kind === "variable") return pathVariables.has(part.name) || pathAndQueryVariables.has(part.name);
    return part.kind === "function" && part.name !== "urlencode" && isDecoded(part.argument);
  });
}

/** Which part of the target stays as it is, escapes and all: a template that stands for just that. */
export function keptPart(text: string): ((state: RuleState) => boolean) | null {
  const [only, second] = templateParts(text);
  if (only?.kind === "variable" && second === undefined) {
    const { name } = only;
    // A rule may have set it to something else.
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
