import { consistsOf, isBlank, tokenCharacters, targetCharacters, valueCharacters } from "../http/characters.ts";
import { offersConnectionAuth } from "../http/connection-auth.ts";

/** A request that came as HTTP/2, written as HTTP/1.1 for the one parser that decides what is valid. */
export interface Http1Text {
  /** A whole head, latin1, with the empty line at its end. */
  readonly text: string;
  /** RFC 8441: the stream is to become a WebSocket; this is the key that is sent to the member. "" = it is not. */
  readonly webSocketKey: string;
  /** Authorization names NTLM, Negotiate or the like. */
  readonly boundAuth: boolean;
}

/** Not an HTTP/2 request that may be passed on (RFC 9113 8.1.1). */
export type RequestProblem = "bad-request" | "connect-not-supported";

interface Parts {
  method: string;
  scheme: string;
  authority: string;
  path: string;
  protocol: string;
  host: string;
  /** Crumbs, joined (RFC 9113 8.2.3). */
  cookie: string;
  hasLength: boolean;
  boundAuth: boolean;
  /** All other field lines. */
  lines: string;
}

/** Of one connection, between two neighbours only (RFC 9113 8.2.2). */
const connectionFields: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Writes the head of a request anew as HTTP/1.1. All that could be read differently there than it was meant here is
 * refused first. `fields`: name, value, name, value … as they came. `bodyFollows`: the stream goes on. `newKey` makes a
 * Sec-WebSocket-Key.
 */
export function http1Text(
  fields: readonly string[],
  bodyFollows: boolean,
  newKey: () => string,
): Http1Text | RequestProblem {
  const parts: Parts = {
    method: "",
    scheme: "",
    authority: "",
    path: "",
    protocol: "",
    host: "",
    cookie: "",
    hasLength: false,
    boundAuth: false,
    lines: "",
  };
  let regular = false;
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? "";
    const value = fields[index + 1] ?? "";
    const pseudo = name.startsWith(":");
    if (pseudo && regular) return "bad-request";
    regular = !pseudo;
    if (!(pseudo ? readPseudo(name, value, parts) : readField(name, value, parts))) return "bad-request";
  }
  return compose(parts, bodyFollows, newKey);
}

function readPseudo(name: string, value: string, parts: Parts): boolean {
  const key = pseudoNames.get(name);
  // One that is unknown, empty or there twice.
  if (key === undefined || value === "" || parts[key] !== "") return false;
  if (!consistsOf(targetCharacters, value, 0, value.length)) return false;
  parts[key] = value;
  return true;
}

const pseudoNames: ReadonlyMap<string, "method" | "scheme" | "authority" | "path" | "protocol"> = new Map([
  [":method", "method"],
  [":scheme", "scheme"],
  [":authority", "authority"],
  [":path", "path"],
  [":protocol", "protocol"],
]);

function readField(name: string, value: string, parts: Parts): boolean {
  if (!isLowerCaseToken(name) || !isValue(value) || connectionFields.has(name)) return false;
  if (name === "host") {
    if (parts.host !== "" || value === "") return false;
    parts.host = value;
  } else if (name === "cookie") parts.cookie = parts.cookie === "" ? value : `${parts.cookie}; ${value}`;
  // Not passed on: trailers are not.
  else if (name === "te") return value.toLowerCase() === "trailers";
  else addLine(name, value, parts);
  return true;
}

function addLine(name: string, value: string, parts: Parts): void {
  if (name === "content-length") parts.hasLength = true;
  if (name === "authorization" || name === "proxy-authorization") {
    parts.boundAuth ||= offersConnectionAuth(/^[^ \t]*/.exec(value)?.[0] ?? "");
  }
  // The one that we send is the one that is answered.
  if (name === "sec-websocket-key" && parts.protocol !== "") return;
  parts.lines += `${name}: ${value}\r\n`;
}

function isLowerCaseToken(name: string): boolean {
  return consistsOf(tokenCharacters, name, 0, name.length) && !/[A-Z]/.test(name);
}

/** RFC 9113 8.2.1: not even blanks at its ends. */
function isValue(value: string): boolean {
  if (value === "") return true;
  if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1))) return false;
  return consistsOf(valueCharacters, value, 0, value.length);
}

function compose(parts: Parts, bodyFollows: boolean, newKey: () => string): Http1Text | RequestProblem {
  const websocket = parts.method === "CONNECT" && parts.protocol === "websocket";
  if (parts.method === "CONNECT" && !websocket) return "connect-not-supported";
  const authority = agreedAuthority(parts);
  if (authority === "" || !isRequestLine(parts)) return "bad-request";
  const cookie = parts.cookie === "" ? "" : `cookie: ${parts.cookie}\r\n`;
  const fields = `host: ${authority}\r\n${parts.lines}${cookie}`;
  const { boundAuth } = parts;
  if (!websocket) {
    if (parts.protocol !== "") return "bad-request";
    const head = `${parts.method} ${parts.path} HTTP/1.1\r\n${fields}${bodyLine(parts, bodyFollows)}`;
    return { text: `${head}\r\n`, webSocketKey: "", boundAuth };
  }
  // Whose body would it be?
  if (parts.hasLength || !bodyFollows) return "bad-request";
  const webSocketKey = newKey();
  return { text: `GET ${parts.path} HTTP/1.1\r\n${fields}${upgradeLines(webSocketKey)}\r\n`, webSocketKey, boundAuth };
}

/** The authority, if `host` does not say otherwise; "" = it does, or there is none. */
function agreedAuthority({ authority, host }: Parts): string {
  if (authority === "") return host;
  return host === "" || host.toLowerCase() === authority.toLowerCase() ? authority : "";
}

/** The target never in absolute form: that would name a second authority. */
function isRequestLine({ scheme, method, path }: Parts): boolean {
  if (!consistsOf(tokenCharacters, method, 0, method.length) || scheme.toLowerCase() !== "https") return false;
  return path.startsWith("/") || (path === "*" && method === "OPTIONS");
}

/** A body of unknown length goes to the member in chunks. */
function bodyLine({ hasLength }: Parts, bodyFollows: boolean): string {
  return bodyFollows && !hasLength ? "transfer-encoding: chunked\r\n" : "";
}

function upgradeLines(webSocketKey: string): string {
  return `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: ${webSocketKey}\r\n`;
}
