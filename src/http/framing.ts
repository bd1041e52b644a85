/** How the end of a body is found (RFC 9112 6). */
export const framing = { none: 0, length: 1, chunked: 2, untilClose: 3 } as const;

export type Framing = (typeof framing)[keyof typeof framing];

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
