/** Characters of a path that stand for themselves (RFC 3986 3.3), and the slash. */
const outsidePath = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/gu;
const outsideQuery = /[^\x21-\x7e]|["<>#]/gu;
const outsideUrl = /[^\x21-\x7e]|["<>\\^`{|}]/gu;
const outsideTarget = /[^\x21-\x7e]|["<>\\^`{|}#]/gu;
const strayPercent = /%(?![0-9A-Fa-f]{2})/g;

/** A decoded text as a part of a path: whatever it has, a server reads the same. */
export function encodePath(decoded: string): string {
  return decoded.replaceAll(outsidePath, escapes);
}

/** A text in a query: what stands there already may be escaped. */
export function encodeQuery(text: string): string {
  return text.replaceAll(strayPercent, "%25").replaceAll(outsideQuery, escapes);
}

/** A text that is a URL, or a part of one, already; only what can't stand in one is escaped. */
export function encodeUrl(text: string): string {
  return text.replaceAll(strayPercent, "%25").replaceAll(outsideUrl, escapes);
}

/** The same for a request's target, which has no fragment. */
export function encodeTarget(text: string): string {
  return text.replaceAll(strayPercent, "%25").replaceAll(outsideTarget, escapes);
}

/** A path that was decoded with the query as it came behind it. */
export function encodePathAndQuery(text: string): string {
  const at = text.indexOf("?");
  if (at === -1) return encodePath(text);
  return `${encodePath(text.slice(0, at))}?${encodeQuery(text.slice(at + 1))}`;
}

/** The escapes of a character's UTF-8 bytes; a half of a pair is none and becomes U+FFFD. */
function escapes(character: string): string {
  return Buffer.from(character).toString("hex").toUpperCase().replaceAll(/../g, "%$&");
}
