import type { FieldLine } from "./field-line.ts";
import { equalsIgnoringCase } from "./field-names.ts";

/** How the end of a body is found (RFC 9112 6). */
export const framing = { none: 0, length: 1, chunked: 2, untilClose: 3 } as const;

export type Framing = (typeof framing)[keyof typeof framing];

/**
 * Is the only transfer coding `chunked`? A tab before it and any blank behind it are allowed (RFC 9110 5.5), but they are
 * how the coding is hidden from one of two parsers, and nobody else sends them.
 */
export function isChunked(text: string, line: FieldLine): boolean {
  if (line.valueEnd !== line.next - 2 || text.charCodeAt(line.valueStart - 1) === 0x09) return false;
  return equalsIgnoringCase(text, line.valueStart, line.valueEnd, "chunked");
}

/** RFC 9110 8.6: digits only, at most 2^53-1; -1 = malformed. */
export function parseContentLength(text: string, start: number, end: number): number {
  if (end === start || end - start > 16) return -1;
  let length = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length <= Number.MAX_SAFE_INTEGER ? length : -1;
}

/** The length that a Content-Length line names; -1 = malformed. A tab behind it is allowed, but not every parser skips it. */
export function readLength(text: string, line: FieldLine): number {
  if (line.valueEnd !== line.next - 2 && text.slice(line.valueEnd, line.next).includes("\t")) return -1;
  return parseContentLength(text, line.valueStart, line.valueEnd);
}
