const needsWork = /[%\\]|\/\.|\/\/|[\x80-\xff]/;
const malformedEscape = /%(?![0-9a-f]{2})/i;
/** As http.sys refuses them (AllowRestrictedChars): no "." of a pattern would match a line break. */
// oxlint-disable-next-line no-control-regex -- They are what is looked for.
const control = /%(?:[01][0-9a-f]|7f)/i;

/** What is behind the "?" of a target, as it came; "" = nothing. */
export function queryOf(target: string): string {
  const at = target.indexOf("?");
  return at === -1 ? "" : target.slice(at + 1);
}

/** What is before it. */
export function pathOf(target: string): string {
  const at = target.indexOf("?");
  return at === -1 ? target : target.slice(0, at);
}

/**
 * A path as rules compare it, without the slash at its beginning: decoded once as UTF-8, "\" read as "/", empty and dot
 * segments resolved, as IIS does before its rules run. Case is kept. null = a malformed escape, or one of a control character.
 */
export function rulePath(path: string): string | null {
  if (path === "*") return "";
  if (!needsWork.test(path)) return path.slice(1);
  if (malformedEscape.test(path) || control.test(path)) return null;
  return resolved(decodeText(path));
}

/** The same as a server reads it that decodes letters but leaves slashes and dots as they are. */
export function literalRulePath(path: string): string | null {
  if (path === "*") return "";
  if (malformedEscape.test(path) || control.test(path)) return null;
  return decodeText(path.replaceAll(/%(?=2[ef]|5c)/gi, "%25")).slice(1);
}

/** Escapes of UTF-8 bytes; bytes that are none are characters of latin1. */
export function decodeText(escaped: string): string {
  const bytes = escaped.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return beyondAscii.test(bytes) ? bytes.replaceAll(utf8Sequences, fromUtf8) : bytes;
}

const beyondAscii = /[\x80-\xff]/;

/** Unicode 3.9, table 3-7: what is well-formed, of more than one byte. */
const utf8Sequences =
  /(?:[\xc2-\xdf]|\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f]|\xf0[\x90-\xbf][\x80-\xbf]|[\xf1-\xf3][\x80-\xbf]{2}|\xf4[\x80-\x8f][\x80-\xbf])[\x80-\xbf]/g;

function fromUtf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString();
}

function resolved(path: string): string {
  const segments = path.split(/[/\\]/);
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  const last = segments.at(-1) ?? "";
  const isFolder = kept.length > 0 && (last === "" || last === "." || last === "..");
  return kept.join("/") + (isFolder ? "/" : "");
}
