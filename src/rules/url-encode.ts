import { percentEncode } from "../http/percent-encode.ts";

/** Characters of a path that stand for themselves (RFC 3986 3.3), and the slash. */
const outsidePath = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/gu;
const outsidePathText = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu;
const outsideQuery = /[^\x21-\x7e]|["<>#]/gu;
const outsideUrl = /[^\x21-\x7e]|["<>\\^`{|}]/gu;
const outsideTarget = /[^\x21-\x7e]|["<>\\^`{|}#]/gu;
/** RFC 3986 3.2.2 and 3.2.3. */
const outsideAuthority = /[^A-Za-z0-9\-._~!$&'()*+,;=:[\]]/gu;
const strayPercent = /%(?![0-9A-Fa-f]{2})/g;

/** A decoded text as a part of a path: whatever it has, a server reads the same. */
export function encodePath(decoded: string): string {
  return decoded.replaceAll(outsidePath, percentEncode);
}

/** A part of a path that may have escapes already. */
export function encodePathText(text: string): string {
  return text.replaceAll(strayPercent, "%25").replaceAll(outsidePathText, percentEncode);
}

/** A text in a query: what stands there already may be escaped. */
export function encodeQuery(text: string): string {
  return text.replaceAll(strayPercent, "%25").replaceAll(outsideQuery, percentEncode);
}

/** A text that is a URL, or a part of one, already; only what can't stand in one is escaped. A target has no fragment. */
export function encodeUrl(text: string, isTarget: boolean): string {
  return text.replaceAll(strayPercent, "%25").replaceAll(isTarget ? outsideTarget : outsideUrl, percentEncode);
}

/** Host and port: what does not belong there is left out. */
export function encodeAuthority(text: string): string {
  return text.replaceAll(outsideAuthority, "");
}
