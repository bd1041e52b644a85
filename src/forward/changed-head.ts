import { mayHaveBody } from "../http/body-status.ts";
import { framing } from "../http/framing.ts";
import { percentEncode } from "../http/percent-encode.ts";
import { parseResponseHead, ResponseHead } from "../http/response-head.ts";
import { reasons } from "../http/reasons.ts";
import { FieldLine, readFieldLine } from "../http/field-line.ts";
import type { ResponseChanges } from "../rules/outbound/response-changes.ts";

/** They say where the message ends and to whom it goes: no rule's matter. */
const untouchable: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Fields that speak of the bytes of the body as the member sent it. */
const ofTheBody: ReadonlySet<string> = new Set([
  "accept-ranges",
  "content-digest",
  "content-length",
  "content-md5",
  "digest",
  "repr-digest",
  "trailer",
  "transfer-encoding",
]);

const line = new FieldLine();

/** May the rules give this response another status? Not where one of the two has no body. */
function mayBecome(status: number, other: number): boolean {
  return mayHaveBody(status) && mayHaveBody(other);
}

/** Will the client see another body than the member's? To a HEAD it is told what it would. */
export function changesBody(head: ResponseHead, { body }: ResponseChanges, method: string): boolean {
  return body !== null && mayHaveBody(head.status) && (method === "HEAD" || head.framing !== framing.none);
}

/**
 * The head with the changes, read anew as strictly as the member's own. Its framing is what the client is to see: chunks
 * where the body is changed.
 */
export function changedHead(head: ResponseHead, changes: ResponseChanges, method: string): ResponseHead {
  const withBody = changesBody(head, changes, method);
  const replaced = new Map(changes.headers.filter(([name]) => !untouchable.has(name)));
  const kept = keptLines(head, (name) => replaced.has(name) || (withBody && ofTheBody.has(name)));
  const added = [...replaced].flatMap(([name, values]) => values.map((value) => `${name}: ${fieldValue(value)}\r\n`));
  const chunked = withBody && method !== "HEAD" ? "Transfer-Encoding: chunked\r\n" : "";
  const fields = `${kept}${added.join("")}`;
  const text = `${statusLine(head, changes.status)}${withBody ? withWeakTag(fields) : fields}${chunked}\r\n`;
  const changed = new ResponseHead();
  const problem = parseResponseHead(text, changed, method);
  if (problem !== null) throw new Error(`outbound rules have made an invalid head: ${problem}`);
  return changed;
}

function statusLine({ text, status, fieldsStart }: ResponseHead, wanted: number | null): string {
  if (wanted === null || wanted === status || !mayBecome(status, wanted)) {
    return `HTTP/1.1${text.slice("HTTP/1.1".length, fieldsStart)}`;
  }
  return `HTTP/1.1 ${wanted} ${reasons[wanted] ?? ""}\r\n`;
}

/** The member's lines, but for those that are not passed on and those that are left out. */
function keptLines({ text, fieldsStart, cuts }: ResponseHead, isLeftOut: (name: string) => boolean): string {
  const passed = `${cuts.copy(text, fieldsStart, text.length - 2)}\r\n`;
  let kept = "";
  for (let at = 0; at < passed.length - 2; at = line.next) {
    if (readFieldLine(passed, at, line) !== null) break;
    if (!isLeftOut(passed.slice(at, line.nameEnd).toLowerCase())) kept += passed.slice(at, line.next);
  }
  return kept;
}

/** RFC 9110 8.8.1: it means the same as the member's body, but has other bytes. */
function withWeakTag(fields: string): string {
  return fields.replace(/^(etag:[\t ]*)(?=")/gim, "$1W/");
}

/** Nothing in it can end the line. What is not latin1 is written as in a URL. */
function fieldValue(value: string): string {
  const escaped = value.replace(/[^\t\x20-\x7e\x80-\xff]/gu, percentEncode);
  return escaped.replace(/^[\t ]+|[\t ]+$/g, "");
}
