export interface ByteRange {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

/**
 * The one range that a Range field asks of `size` bytes (RFC 9110 14.1.2). null = the whole: no range, a malformed one, or
 * several at once, which a server may answer so.
 */
export function parseByteRange(field: string | undefined, size: number): ByteRange | "unsatisfiable" | null {
  const match = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(field ?? "");
  if (match === null) return null;
  const [, from, to = "", suffix] = match;
  const first = from === undefined ? Math.max(0, size - Number(suffix)) : Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return first < size && first <= last ? { first, last } : "unsatisfiable";
}
