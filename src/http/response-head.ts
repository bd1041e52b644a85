import { consistsOf, valueCharacters } from "./characters.ts";
import { offersConnectionAuth } from "./connection-auth.ts";
import { ConnectionOptions, readConnection } from "./connection-field.ts";
import { Cuts } from "./cuts.ts";
import { FieldLine, readFieldLine } from "./field-line.ts";
import { fieldNames, findFieldName } from "./field-names.ts";
import { framing, isChunked, parseContentLength, readLength, type Framing } from "./framing.ts";

/** One response's head. Made once per member connection, filled for each response. */
export class ResponseHead {
  text = "";
  status = 0;
  minor: 0 | 1 = 1;
  /** Where the first field line begins. */
  fieldsStart = 0;
  framing: Framing = framing.none;
  contentLength = 0;
  keepAlive = true;
  /** What the member announces in `Keep-Alive: timeout=`, in seconds; 0 = nothing. */
  keepAliveSeconds = 0;
  /** 401 or 407 that offers NTLM or Negotiate. */
  connectionAuth = false;
  hasDate = false;
  /** The member wants no cookie that binds the client to it: `Arr-Disable-Session-Affinity: true`. */
  unbound = false;
  /** The protocol switched to in a 101. */
  upgrade = "";
  readonly connection = new ConnectionOptions();
  readonly cuts = new Cuts();

  clear(text: string): void {
    this.text = text;
    this.framing = framing.none;
    this.contentLength = 0;
    this.keepAliveSeconds = 0;
    this.connectionAuth = false;
    this.hasDate = false;
    this.unbound = false;
    this.upgrade = "";
    this.connection.clear();
    this.cuts.clear();
  }
}

const id = {
  connection: 1,
  contentLength: 2,
  transferEncoding: 3,
  keepAlive: 4,
  authenticate: 5,
  date: 6,
  upgrade: 7,
  hop: 8,
  disableAffinity: 9,
} as const;

const names = fieldNames({
  connection: id.connection,
  "content-length": id.contentLength,
  "transfer-encoding": id.transferEncoding,
  "keep-alive": id.keepAlive,
  "www-authenticate": id.authenticate,
  "proxy-authenticate": id.authenticate,
  date: id.date,
  upgrade: id.upgrade,
  "proxy-connection": id.hop,
  "arr-disable-session-affinity": id.disableAffinity,
});

const line = new FieldLine();

/**
 * Reads a whole response head strictly (RFC 9112). The framing also depends on the method of the request (6.3).
 * Returns what is wrong, or null. `text` is latin1 and ends with the first empty line.
 */
export function parseResponseHead(text: string, head: ResponseHead, method: string): string | null {
  head.clear(text);
  const end = text.length - 2;
  let problem = readStatusLine(text, head);
  let at = head.fieldsStart;
  while (problem === null && at < end) {
    problem = readFieldLine(text, at, line);
    if (problem !== null) break;
    const known = findFieldName(names, text, at, line.nameEnd);
    if (known !== 0) problem = readKnownField(known, text, head);
    at = line.next;
  }
  return problem ?? finish(head, method);
}

/** "HTTP/1.1 200 OK"; the reason may be absent, and the space before it too (seen in the wild). */
function readStatusLine(text: string, head: ResponseHead): string | null {
  const lineEnd = text.indexOf("\r\n");
  if (text.startsWith("HTTP/1.1 ")) head.minor = 1;
  else if (text.startsWith("HTTP/1.0 ")) head.minor = 0;
  else return "no HTTP/1.1 status line";
  head.status = lineEnd >= 12 ? parseContentLength(text, 9, 12) : -1;
  if (head.status < 100 || (lineEnd > 12 && text.charCodeAt(12) !== 0x20)) return "a malformed status line";
  if (lineEnd > 13 && !consistsOf(valueCharacters, text, 13, lineEnd)) return "a control character in the status line";
  head.fieldsStart = lineEnd + 2;
  return null;
}

function readKnownField(known: number, text: string, head: ResponseHead): string | null {
  switch (known) {
    case id.date:
      head.hasDate = true;
      return null;
    case id.authenticate:
      if (head.status === 401 || head.status === 407) {
        head.connectionAuth ||= offersConnectionAuth(text.slice(line.valueStart, line.valueEnd));
      }
      return null;
    case id.contentLength:
      return readContentLength(text, head);
    case id.transferEncoding:
      return readTransferEncoding(text, head);
    default:
      head.cuts.add(line.start, line.next);
      return readHopField(known, text.slice(line.valueStart, line.valueEnd), head);
  }
}

/** None of them is passed on. */
function readHopField(known: number, value: string, head: ResponseHead): string | null {
  if (known === id.connection) return readConnection(value, head.connection);
  if (known === id.keepAlive) head.keepAliveSeconds = Number(/timeout=(\d{1,6})/i.exec(value)?.[1] ?? 0);
  else if (known === id.upgrade) head.upgrade = value;
  else if (known === id.disableAffinity) head.unbound ||= value.toLowerCase() === "true";
  return null;
}

function hasNoBody(status: number): boolean {
  return status < 200 || status === 204;
}

function readContentLength(text: string, head: ResponseHead): string | null {
  if (head.framing !== framing.none) return "a second length of the body";
  head.framing = framing.length;
  head.contentLength = readLength(text, line);
  // RFC 9110 8.6: not allowed here; a client might wait for a body.
  if (hasNoBody(head.status)) head.cuts.add(line.start, line.next);
  return head.contentLength === -1 ? "a malformed Content-Length" : null;
}

function readTransferEncoding(text: string, head: ResponseHead): string | null {
  if (head.framing !== framing.none) return "a second length of the body";
  if (head.minor === 0) return "Transfer-Encoding in HTTP/1.0";
  head.framing = framing.chunked;
  if (hasNoBody(head.status)) head.cuts.add(line.start, line.next);
  return isChunked(text, line) ? null : "a transfer coding other than chunked";
}

function finish(head: ResponseHead, method: string): string | null {
  const { connection } = head;
  if (connection.names !== null) head.cuts.addNamed(head.text, head.fieldsStart, connection.names);
  head.keepAlive = !connection.close && (head.minor === 1 || connection.keepAlive);
  if (method === "HEAD" || hasNoBody(head.status) || head.status === 304) head.framing = framing.none;
  else if (head.framing === framing.none) {
    head.framing = framing.untilClose;
    head.keepAlive = false;
  }
  if (head.framing === framing.length && head.contentLength === 0) head.framing = framing.none;
  return null;
}
