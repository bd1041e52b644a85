/** The length of the character that begins there; 0 = there is none, -1 = so far it could be one. */
export function utf8Length(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = lengthByFirst(first);
  if (length === 0) return 0;
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return -1;
    if (index === 1 ? !maySecond(first, byte) : byte < 0x80 || byte > 0xbf) return 0;
  }
  return length;
}

/** Where the last character begins that is not complete yet, or the end of the bytes. */
export function unfinished(bytes: Buffer): number {
  const { length } = bytes;
  for (let at = Math.max(0, length - 3); at < length; at++) {
    if (utf8Length(bytes, at) === -1) return at;
  }
  return length;
}

function lengthByFirst(byte: number): number {
  if (byte < 0xc2 || byte > 0xf4) return 0;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

/** RFC 3629 4: nothing longer than need be, no surrogates, nothing beyond U+10FFFF. */
function maySecond(first: number, byte: number): boolean {
  switch (first) {
    case 0xe0:
      return byte >= 0xa0 && byte <= 0xbf;
    case 0xed:
      return byte >= 0x80 && byte <= 0x9f;
    case 0xf0:
      return byte >= 0x90 && byte <= 0xbf;
    case 0xf4:
      return byte >= 0x80 && byte <= 0x8f;
    default:
      return byte >= 0x80 && byte <= 0xbf;
  }
}
