/** The escapes of a character's UTF-8 bytes (RFC 3986 2.1); a half of a pair is none and becomes U+FFFD. */
export function percentEncode(character: string): string {
  return Buffer.from(character).toString("hex").toUpperCase().replaceAll(/../g, "%$&");
}
