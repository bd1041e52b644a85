import { isBlank } from "../http/characters.ts";
import { findField } from "../http/find-field.ts";
import { pathOf, queryOf, rulePath } from "./rule-path.ts";
import type { RuleState } from "./rule-state.ts";

/** Reads a server variable of IIS. */
export type ReadVariable = (state: RuleState) => string;

/** What a router can know; what is not here and no header is "", unless a rule sets it. */
const known: Readonly<Record<string, ReadVariable>> = {
  HTTP_HOST: (state) => state.host,
  SERVER_NAME: ({ request }) => hostOf(request.host),
  SERVER_PORT: ({ request }) => portOf(request.host) ?? String(request.localPort),
  SERVER_PORT_SECURE: ({ request }) => (request.https ? "1" : "0"),
  HTTPS: ({ request }) => (request.https ? "on" : "off"),
  QUERY_STRING: ({ query }) => query,
  REQUEST_URI: ({ path, query }) => (query === "" ? `/${path}` : `/${path}?${query}`),
  URL: ({ path }) => `/${path}`,
  PATH_INFO: ({ path }) => `/${path}`,
  SCRIPT_NAME: ({ path }) => `/${path}`,
  HTTP_URL: ({ request }) => request.target,
  UNENCODED_URL: ({ request }) => request.target,
  HTTP_X_ORIGINAL_URL: ({ headers, request }) => headers?.get("x-original-url") ?? originalUrl(request.target),
  CACHE_URL: cacheUrl,
  REMOTE_ADDR: ({ request }) => request.clientAddress,
  REMOTE_HOST: ({ request }) => request.clientAddress,
  REMOTE_PORT: ({ request }) => String(request.clientPort),
  LOCAL_ADDR: ({ request }) => request.localAddress,
  REQUEST_METHOD: ({ request }) => request.method,
  SERVER_PROTOCOL: ({ request }) => `HTTP/${request.version}`,
  HTTP_VERSION: ({ request }) => `HTTP/${request.version}`,
  CONTENT_LENGTH: headerReader("content-length"),
  CONTENT_TYPE: headerReader("content-type"),
};

/** What IIS knows and a router can't: files, log-ins, its own ids. They are "". */
const unknowable: ReadonlySet<string> = new Set(
  (
    "REQUEST_FILENAME PATH_TRANSLATED APPL_PHYSICAL_PATH APPL_MD_PATH DOCUMENT_ROOT AUTH_TYPE AUTH_USER AUTH_PASSWORD " +
    "LOGON_USER REMOTE_USER UNMAPPED_REMOTE_USER CERT_SUBJECT CERT_ISSUER CERT_SERIALNUMBER CERT_FLAGS CERT_COOKIE " +
    "CERT_KEYSIZE CERT_SECRETKEYSIZE CERT_SERVER_ISSUER CERT_SERVER_SUBJECT HTTPS_KEYSIZE HTTPS_SECRETKEYSIZE " +
    "HTTPS_SERVER_ISSUER HTTPS_SERVER_SUBJECT ALL_HTTP ALL_RAW INSTANCE_ID INSTANCE_META_PATH INSTANCE_NAME " +
    "APP_POOL_ID SITE_NAME GATEWAY_INTERFACE SERVER_SOFTWARE"
  ).split(" "),
);

/** "value": it is read from the request. "header": a request's header. "empty": IIS has it, a router has not. */
export function variableKind(name: string): "value" | "header" | "empty" | "unknown" {
  if (Object.hasOwn(known, name)) return "value";
  if (name.startsWith("HTTP_")) return "header";
  return unknowable.has(name) ? "empty" : "unknown";
}

export const variableNames: readonly string[] = [...Object.keys(known), ...unknowable];

/** HTTP_X_NAME -> "x-name". */
export function headerName(variable: string): string {
  return variable.slice("HTTP_".length).toLowerCase().replaceAll("_", "-");
}

/** May the variable stand for a request's header? */
function isHeader(variable: string): boolean {
  return variable.startsWith("HTTP_") && (variable === "HTTP_HOST" || !Object.hasOwn(known, variable));
}

/** Is a header set where a rule sets the variable? {HTTP_URL} and {HTTP_VERSION} are none in spite of their names. */
export function setsHeader(variable: string): boolean {
  return isHeader(variable) || variable === "HTTP_X_ORIGINAL_URL";
}

/** `name`: upper case. What a rule has set goes before what came. */
export function readVariable(name: string): ReadVariable {
  const read = Object.hasOwn(known, name) ? known[name] : undefined;
  if (name === "HTTP_HOST" && read !== undefined) return read;
  if (isHeader(name)) return headerReader(headerName(name));
  return (state) => state.variables?.get(name) ?? read?.(state) ?? "";
}

function headerReader(name: string): ReadVariable {
  return ({ headers, request }) => headers?.get(name) ?? allValues(request.head, request.fieldsStart, name);
}

/** The values of all lines of a field, joined by ", ". Servers may read "_" in its name as "-", and so do these. */
function allValues(head: string, fieldsStart: number, name: string): string {
  let values = "";
  for (let line = nextField(head, fieldsStart, name); line !== -1;) {
    let start = line + name.length + 1;
    const lineEnd = head.indexOf("\r\n", start);
    let end = lineEnd;
    while (start < end && isBlank(head.charCodeAt(start))) start++;
    while (end > start && isBlank(head.charCodeAt(end - 1))) end--;
    values = values === "" ? head.slice(start, end) : `${values}, ${head.slice(start, end)}`;
    line = nextField(head, lineEnd + 2, name);
  }
  return values;
}

/** Where the next line of the field begins, however its name is spelt; -1 = nowhere. */
function nextField(head: string, from: number, name: string): number {
  if (!name.includes("-") || !head.includes("_", from)) return findField(head, from, name);
  const colon = name.length;
  for (let at = from; at < head.length - 2;) {
    if (head[at + colon] === ":" && spelt(head.slice(at, at + colon)) === name) return at;
    const lineEnd = head.indexOf("\r\n", at);
    if (lineEnd === -1) return -1;
    at = lineEnd + 2;
  }
  return -1;
}

function spelt(field: string): string {
  return field.toLowerCase().replaceAll("_", "-");
}

function hostOf(authority: string): string {
  return authority.replace(/:\d*$/, "");
}

function portOf(authority: string): string | null {
  return /:(\d+)$/.exec(authority)?.[1] ?? null;
}

function originalUrl(target: string): string {
  const query = queryOf(target);
  return `/${rulePath(pathOf(target)) ?? ""}${query === "" ? "" : `?${query}`}`;
}

function cacheUrl({ path, query, request }: RuleState): string {
  const { host } = request;
  const port = portOf(host) ?? String(request.localPort);
  const scheme = request.https ? "https" : "http";
  return `${scheme}://${hostOf(host)}:${port}/${path}${query === "" ? "" : `?${query}`}`;
}
