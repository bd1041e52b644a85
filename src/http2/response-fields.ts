import type { OutgoingHttpHeaders } from "node:http2";
import { FieldLine, readFieldLine } from "../http/field-line.ts";
import type { ResponseHead } from "../http/response-head.ts";

/** What HTTP/2 has other means for (RFC 9113 8.2.2), and trailers, which are not passed on. */
const withoutMeaning: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "sec-websocket-accept",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const line = new FieldLine();

/**
 * A response's head as node:http2 takes it: the same fields in the same order, names in lower case. Where Node allows a
 * field only once, lists are joined, and of what is no list the first one counts. `added`: field lines beside the head's. `status` is the one of the head but for a WebSocket's 101.
 */
export function responseFields(head: ResponseHead, status: number, added = ""): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = Object.create(null);
  fields[":status"] = status;
  const text = `${head.cuts.copy(head.text, head.fieldsStart, head.text.length - 2)}${added}\r\n`;
  for (let at = 0; at < text.length - 2; at = line.next) {
    if (readFieldLine(text, at, line) !== null) break;
    const name = text.slice(at, line.nameEnd).toLowerCase();
    if (!withoutMeaning.has(name)) addField(fields, name, text.slice(line.valueStart, line.valueEnd));
  }
  return fields;
}

function addField(fields: OutgoingHttpHeaders, name: string, value: string): void {
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (lists.has(name)) fields[name] = `${String(before)}, ${value}`;
  else if (!onlyOnce.has(name)) fields[name] = [before, value].flat().map(String);
}

const lists: ReadonlySet<string> = new Set(["content-encoding", "content-language", "if-match", "if-none-match"]);

/** Node throws where one of these comes twice. */
const onlyOnce: ReadonlySet<string> = new Set([
  "access-control-allow-credentials",
  "access-control-max-age",
  "access-control-request-method",
  "age",
  "authorization",
  "content-length",
  "content-location",
  "content-md5",
  "content-range",
  "content-type",
  "date",
  "dnt",
  "etag",
  "expires",
  "from",
  "host",
  "if-modified-since",
  "if-range",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "range",
  "referer",
  "retry-after",
  "tk",
  "upgrade-insecure-requests",
  "user-agent",
  "x-content-type-options",
]);
