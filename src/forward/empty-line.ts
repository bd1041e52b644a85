/** RFC 9112 2.2: one empty line before a request is forgiven; old clients send one after a POST. */
export function withoutEmptyLine(text: string): string {
  return text.charCodeAt(0) === 0x0d && text.charCodeAt(1) === 0x0a ? text.slice(2) : text;
}

/** Nothing but that line: no request has begun. */
export function isEmptyLine(bytes: Buffer): boolean {
  return bytes.length === 2 && bytes[0] === 0x0d && bytes[1] === 0x0a;
}
