import { consistsOf, hostCharacters, targetCharacters, tokenCharacters } from "./characters.ts";
import { mayAuthenticateConnection } from "./connection-auth.ts";
import { ConnectionOptions, readConnection } from "./connection-field.ts";
import { Cuts } from "./cuts.ts";
import { FieldLine, readFieldLine } from "./field-line.ts";
import { fieldNames, findFieldName } from "./field-names.ts";
import { framing, isChunked, readLength, type Framing } from "./framing.ts";

/** What `parseRequestHead` says of another version than 1.0 and 1.1: it has a status of its own (505). */
export const unsupportedVersion = "an HTTP version other than 1.0 and 1.1";

/** One request's head: where the few fields that matter stand. Made once per connection, filled for each request. */
export class RequestHead {
  /** The head as it came, latin1, with the empty line at its end. */
  text = "";
  method = "";
  target = "";
  /** HTTP/1.0 or 1.1. */
  minor: 0 | 1 = 1;
  /** Where the first field line begins. */
  fieldsStart = 0;
  /** Field lines. */
  fields = 0;
  /** The authority: Host as it came, or the one of an absolute-form target, which wins (RFC 9112 3.2.2). */
  host = "";
  /** The target is in absolute form; it is forwarded as `originTarget` under the Host `host`. */
  absolute = false;
  framing: Framing = framing.none;
  contentLength = 0;
  keepAlive = true;
  /** The protocols that the client offers to switch to; "" = none. */
  upgrade = "";
  expectContinue = false;
  /** Authorization names NTLM or Negotiate. */
  connectionAuth = false;
  /** The values of all lines of these fields, joined by ", "; "" = absent. They are cut from the head. */
  forwardedFor = "";
  forwardedProto = "";
  forwardedHost = "";
  forwarded = "";
  readonly connection = new ConnectionOptions();
  readonly cuts = new Cuts();

  clear(text: string): void {
    this.text = text;
    this.method = "";
    this.target = "";
    this.fields = 0;
    this.minor = 1;
    this.host = "";
    this.absolute = false;
    this.framing = framing.none;
    this.contentLength = 0;
    this.upgrade = "";
    this.expectContinue = false;
    this.connectionAuth = false;
    this.forwardedFor = "";
    this.forwardedProto = "";
    this.forwardedHost = "";
    this.forwarded = "";
    this.connection.clear();
    this.cuts.clear();
  }
}

const id = {
  host: 1,
  connection: 2,
  contentLength: 3,
  transferEncoding: 4,
  upgrade: 5,
  expect: 6,
  authorization: 7,
  forwardedFor: 8,
  forwardedProto: 9,
  forwardedHost: 10,
  forwarded: 11,
  hop: 12,
  te: 13,
  clientCertificate: 14,
} as const;

const names = fieldNames({
  host: id.host,
  connection: id.connection,
  "content-length": id.contentLength,
  "transfer-encoding": id.transferEncoding,
  upgrade: id.upgrade,
  expect: id.expect,
  authorization: id.authorization,
  "proxy-authorization": id.authorization,
  "x-forwarded-for": id.forwardedFor,
  "x-forwarded-proto": id.forwardedProto,
  "x-forwarded-host": id.forwardedHost,
  forwarded: id.forwarded,
  "keep-alive": id.hop,
  "proxy-connection": id.hop,
  "http2-settings": id.hop,
  te: id.te,
  // What members believe of a client's certificate is only what we say. IIS reads "_" and "-" as the same.
  "x-arr-clientcert": id.clientCertificate,
  x_arr_clientcert: id.clientCertificate,
  "x_arr-clientcert": id.clientCertificate,
  "x-arr_clientcert": id.clientCertificate,
});

const line = new FieldLine();

/**
 * Reads a whole request head strictly (RFC 9112): whatever two parsers could read differently is refused. Returns what
 * is wrong, or null. `text` is latin1 and ends with the first empty line.
 */
export function parseRequestHead(text: string, head: RequestHead): string | null {
  head.clear(text);
  const end = text.length - 2;
  let problem = readRequestLine(text, head);
  let at = head.fieldsStart;
  while (problem === null && at < end) {
    problem = readFieldLine(text, at, line);
    if (problem !== null) break;
    const known = findFieldName(names, text, at, line.nameEnd);
    if (known !== 0) problem = readKnownField(known, text, head);
    head.fields++;
    at = line.next;
  }
  return problem ?? finish(head);
}

function readRequestLine(text: string, head: RequestHead): string | null {
  const lineEnd = text.indexOf("\r\n");
  const methodEnd = text.indexOf(" ");
  const targetEnd = lineEnd - 9;
  if (methodEnd > lineEnd || !consistsOf(tokenCharacters, text, 0, methodEnd)) return "a malformed method";
  if (text.charCodeAt(targetEnd) !== 0x20 || !text.startsWith("HTTP/", targetEnd + 1))
    return "a malformed request line";
  if (text.startsWith("1.1", lineEnd - 3)) head.minor = 1;
  else if (text.startsWith("1.0", lineEnd - 3)) head.minor = 0;
  else return unsupportedVersion;
  if (!consistsOf(targetCharacters, text, methodEnd + 1, targetEnd)) return "a malformed request target";
  head.method = text.slice(0, methodEnd);
  head.target = text.slice(methodEnd + 1, targetEnd);
  head.fieldsStart = lineEnd + 2;
  return null;
}

function readKnownField(known: number, text: string, head: RequestHead): string | null {
  switch (known) {
    case id.host:
      return readHost(text, head);
    case id.contentLength:
      return readContentLength(text, head);
    case id.transferEncoding:
      return readTransferEncoding(text, head);
    case id.connection:
      head.cuts.add(line.start, line.next);
      return readConnection(text.slice(line.valueStart, line.valueEnd), head.connection);
    default:
      readPlainField(known, text, head);
      return null;
  }
}

function readPlainField(known: number, text: string, head: RequestHead): void {
  if (known === id.authorization) {
    head.connectionAuth ||= mayAuthenticateConnection(
      text.slice(line.valueStart, Math.min(line.valueEnd, line.valueStart + 24)),
    );
    return;
  }
  const value = text.slice(line.valueStart, line.valueEnd);
  // An HTTP/1.0 client does not know 100 Continue and must not get one (RFC 9110 10.1.1).
  if (known === id.expect && head.minor === 1) head.expectContinue ||= value.toLowerCase() === "100-continue";
  // "trailers" is an end-to-end promise; any other coding is between two neighbours.
  else if (known !== id.te || value.toLowerCase() !== "trailers") {
    head.cuts.add(line.start, line.next);
    keepValue(known, value, head);
  }
}

/** Of the fields that are cut, the values that are needed to write them anew. */
function keepValue(known: number, value: string, head: RequestHead): void {
  if (known === id.upgrade) head.upgrade = joined(head.upgrade, value);
  else if (known === id.forwardedFor) head.forwardedFor = joined(head.forwardedFor, value);
  else if (known === id.forwardedProto) head.forwardedProto = joined(head.forwardedProto, value);
  else if (known === id.forwardedHost) head.forwardedHost = joined(head.forwardedHost, value);
  else if (known === id.forwarded) head.forwarded = joined(head.forwarded, value);
}

function joined(before: string, value: string): string {
  return before === "" ? value : `${before}, ${value}`;
}

function readHost(text: string, head: RequestHead): string | null {
  if (head.host !== "") return "a second Host";
  if (!consistsOf(hostCharacters, text, line.valueStart, line.valueEnd)) return "a malformed Host";
  head.host = text.slice(line.valueStart, line.valueEnd);
  return null;
}

function readContentLength(text: string, head: RequestHead): string | null {
  if (head.framing !== framing.none) return "a second length of the body";
  head.contentLength = readLength(text, line);
  head.framing = framing.length;
  return head.contentLength === -1 ? "a malformed Content-Length" : null;
}

function readTransferEncoding(text: string, head: RequestHead): string | null {
  if (head.framing !== framing.none) return "a second length of the body";
  if (head.minor === 0) return "Transfer-Encoding in HTTP/1.0";
  head.framing = framing.chunked;
  return isChunked(text, line) ? null : "a transfer coding other than chunked";
}

function finish(head: RequestHead): string | null {
  const { connection } = head;
  if (head.host === "") return "no Host";
  if (head.target.charCodeAt(0) !== 0x2f) {
    const problem = readOtherTarget(head);
    if (problem !== null) return problem;
  }
  if (connection.names !== null) head.cuts.addNamed(head.text, head.fieldsStart, connection.names);
  head.keepAlive = !connection.close && (head.minor === 1 || connection.keepAlive);
  // A member that switched before the body's end would leave nobody knowing what the rest of it is.
  if (head.framing !== framing.none) head.upgrade = "";
  // h2c would let a client speak to the member behind our back.
  if (!connection.upgrade || head.minor === 0 || /h2c/i.test(head.upgrade)) head.upgrade = "";
  return null;
}

const absoluteForm = /^https?:\/\/([^/?]*)/i;

function readOtherTarget(head: RequestHead): string | null {
  if (head.target === "*" && head.method === "OPTIONS") return null;
  if (head.method === "CONNECT") return null;
  const authority = absoluteForm.exec(head.target)?.[1];
  if (authority === undefined || !consistsOf(hostCharacters, authority, 0, authority.length)) {
    return "a malformed request target";
  }
  head.absolute = true;
  head.host = authority;
  return null;
}

/** The target in origin form, as it is forwarded. */
export function originTarget(head: RequestHead): string {
  if (!head.absolute) return head.target;
  const rest = head.target.replace(absoluteForm, "");
  // RFC 9112 3.2.4
  if (rest === "" && head.method === "OPTIONS") return "*";
  return rest.startsWith("/") ? rest : `/${rest}`;
}
