/** A content coding that can be taken off and put on again (RFC 9110 8.4.1). */
export type ContentCoding = "identity" | "gzip" | "deflate" | "br";

const codings: ReadonlyMap<string, ContentCoding> = new Map([
  ["", "identity"],
  ["identity", "identity"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
  ["br", "br"],
]);

/** `values`: of all Content-Encoding lines. null = one that is not known, or several. */
export function readContentCoding(values: readonly string[]): ContentCoding | null {
  return codings.get(values.join(",").trim().toLowerCase()) ?? null;
}
