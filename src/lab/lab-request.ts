import { FieldLine, readFieldLine } from "../http/field-line.ts";
import { originTarget, parseRequestHead, RequestHead } from "../http/request-head.ts";
import { routingPath } from "../http/routing-path.ts";
import type { ByteSource } from "./byte-source.ts";

export type Field = readonly [name: string, value: string];

/** A request's head as it arrived, with what the protocols of the lab ask of it. */
export interface LabRequest {
  readonly head: RequestHead;
  readonly method: string;
  /** As it came. */
  readonly target: string;
  /** Decoded and lower case. */
  readonly path: string;
  /** Behind the "?", as it came; "" = none. */
  readonly search: string;
  readonly query: URLSearchParams;
  /** In order, with their case. */
  readonly fields: readonly Field[];
}

/** 64 KB of Authorization and more must fit, as IIS can be told. */
const maxHeadBytes = 256 * 1024;
const headEnd = "\r\n\r\n";
const line = new FieldLine();

/** The next request; null = the client sent no further one; a text says what is wrong with it. */
export async function readRequest(source: ByteSource): Promise<LabRequest | string | null> {
  const text = await readHeadText(source);
  if (text === null) return null;
  if (!text.endsWith(headEnd)) return "a request header that is too large or ends early";
  const head = new RequestHead();
  const problem = parseRequestHead(text, head);
  if (problem !== null) return problem;
  const target = originTarget(head);
  const path = routingPath(target);
  if (path === null) return "a malformed escape in the path";
  const mark = target.indexOf("?");
  const search = mark === -1 ? "" : target.slice(mark + 1);
  const query = new URLSearchParams(search);
  return { head, method: head.method, target: head.target, path, search, query, fields: fieldsOf(head) };
}

/** The value of the first field of this name; undefined = absent. */
export function fieldValue(request: LabRequest, name: string): string | undefined {
  const lower = name.toLowerCase();
  return request.fields.find(([field]) => field.toLowerCase() === lower)?.[1];
}

/** The value of a cookie; undefined = absent. */
export function cookieValue(request: LabRequest, name: string): string | undefined {
  const pairs = (fieldValue(request, "cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

async function readHeadText(source: ByteSource): Promise<string | null> {
  let text = "";
  for (;;) {
    const bytes = await source.next();
    if (bytes === null) return text === "" ? null : text;
    // RFC 9112 2.2: an empty line before the request is skipped.
    const before = text.length;
    text = (text + bytes.toString("latin1")).replace(/^(?:\r\n)+/, "");
    const end = text.indexOf(headEnd, Math.max(0, before - headEnd.length));
    if (end !== -1) {
      source.unread(Buffer.from(text.slice(end + headEnd.length), "latin1"));
      return text.slice(0, end + headEnd.length);
    }
    if (text.length > maxHeadBytes) return text;
  }
}

function fieldsOf(head: RequestHead): Field[] {
  const fields: Field[] = [];
  for (let at = head.fieldsStart; at < head.text.length - 2; at = line.next) {
    readFieldLine(head.text, at, line);
    fields.push([head.text.slice(at, line.nameEnd), head.text.slice(line.valueStart, line.valueEnd)]);
  }
  return fields;
}
