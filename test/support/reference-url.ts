/** A part of an expanded template, and where it came from: a URL treats each kind in its own way. */
export interface Piece {
  /**
   * "path": decoded, "?" and "%" are characters of it; "decoded": the same with a query behind it; "uri": a path and its
   * query; "url": as it stands in a URL; "captured", "captured-decoded": of a condition; "verbatim": not to be touched.
   */
  readonly kind: "literal" | "path" | "decoded" | "url" | "captured" | "captured-decoded" | "uri" | "verbatim";
  readonly text: string;
  /** "uri": where in the text the query begins. */
  readonly queryAt: number;
}

/** RFC 3986 3.3: what a path may hold unescaped. */
const pathCharacter = /[\w.~!$&'()*+,;=:@/-]/;
/** RFC 3986 3.1 and 3.2.2, 3.2.3. */
const schemeCharacter = /[A-Za-z\d+.-]/;
const authorityCharacter = /[\w.~!$&'()*+,;=:[\]-]/;
/** The same but for what is mostly escaped, too. */
const urlCharacter = /[!#-;=?-[\]_a-z~]/;
/** Printable ASCII but for what no URL may hold, or what ends a query. */
const queryCharacter = /[!$&-;=?-~]/;

const hexPair = /^%[\da-f]{2}/i;

/** Escapes of UTF-8 for all characters but those that `keeps` matches. */
export function percentEncode(text: string, keeps: RegExp): string {
  return Array.from(text, (character) => (keeps.test(character) ? character : escapeOf(character))).join("");
}

function escapeOf(character: string): string {
  return Array.from(
    Buffer.from(character, "utf8"),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
  ).join("");
}

/** As `percentEncode`, but an escape that is there already stays. */
function encodeAround(text: string, keeps: RegExp): string {
  return text.replaceAll(/%[\da-f]{2}|[^]/giu, (part) => (hexPair.test(part) ? part : percentEncode(part, keeps)));
}

const encodePath = (value: string): string => percentEncode(value, pathCharacter);
const encodePathLiteral = (text: string): string => encodeAround(text, pathCharacter);
const encodeQuery = (text: string): string => encodeAround(text, queryCharacter);
const keepOnly = (text: string, allowed: RegExp): string =>
  Array.from(text)
    .filter((character) => allowed.test(character))
    .join("");

/** A line break in a header would begin another one. */
export function withoutControls(text: string): string {
  return text.replaceAll(/[^ -~\u0080-\uffff]/g, "");
}

/** Bytes as UTF-8; a byte that is no part of valid UTF-8 is its latin1 character. */
export function utf8OrLatin1(bytes: Buffer): string {
  const latin1 = bytes.toString("latin1");
  const sequence =
    /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}/g;
  return latin1.replaceAll(sequence, (found) => Buffer.from(found, "latin1").toString("utf8"));
}

/** An escape that cannot be read, or a NUL. */
export function isMalformed(rawPath: string): boolean {
  return /%(?![\da-f]{2})|%(?:[01][\da-f]|7f)/i.test(rawPath);
}

/** A rule must not make a path that leads out of where it seems to lead. */
export function hasDotSegment(rawPath: string): boolean {
  const segments = rawPath
    .replaceAll(/%2f|%5c|\\/gi, "/")
    .replaceAll(/%2e/gi, ".")
    .split("/");
  return segments.includes(".") || segments.includes("..");
}

/** The path as rules see it: decoded once, dot segments and empty ones resolved as IIS does, without the leading "/". */
export function cookedPath(rawPath: string): string {
  if (rawPath === "*") return "";
  const bytes = rawPath.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const segments = utf8OrLatin1(Buffer.from(bytes, "latin1")).replaceAll("\\", "/").split("/");
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  // RFC 3986 5.2.4: "/a/b/." and "/a/b/.." name folders, too.
  const isFolder = ["", ".", ".."].includes(segments.at(-1) ?? "");
  return kept.length > 0 && isFolder ? `${kept.join("/")}/` : kept.join("/");
}

/** A target or a Location, before and behind its first "?". */
export function splitQuery(url: string): { readonly path: string; readonly query: string } {
  const at = url.indexOf("?");
  return at === -1 ? { path: url, query: "" } : { path: url.slice(0, at), query: url.slice(at + 1) };
}

/** Behind the query that is there, and before a fragment. */
export function appendQuery(url: string, query: string): string {
  if (query === "") return url;
  const hash = url.indexOf("#");
  const [whole, fragment] = hash === -1 ? [url, ""] : [url.slice(0, hash), url.slice(hash)];
  return `${whole}${whole.includes("?") ? "&" : "?"}${query}${fragment}`;
}

/** Is it text that was decoded, or captured from some? */
export function isDecoded({ kind }: Piece): boolean {
  return kind === "path" || kind === "decoded" || kind === "uri" || kind.startsWith("captured");
}

type Part = "authority" | "path" | "query" | "fragment";

/** Writes one URL from the pieces of its template, and encodes each piece for the part of the URL in which it lands. */
class UrlWriter {
  text = "";
  readonly #isRedirect: boolean;
  #part: Part;

  constructor(isRedirect: boolean, part: Part) {
    this.#isRedirect = isRedirect;
    this.#part = part;
  }

  /** What the administrator wrote: only here "?" and "#" begin a new part. */
  literal(text: string): void {
    if (text === "") return;
    const ends = this.#part === "authority" ? /[/?#]/ : this.#part === "path" ? /[?#]/ : /#/;
    const end = this.#part === "fragment" || !this.#isRedirect ? this.#endInTarget(text) : text.search(ends);
    if (end === -1) {
      this.text += this.#encodeLiteral(text);
      return;
    }
    this.text += this.#encodeLiteral(text.slice(0, end));
    const delimiter = text.charAt(end);
    this.#part = delimiter === "/" ? "path" : delimiter === "?" ? "query" : "fragment";
    this.text += delimiter;
    this.literal(text.slice(end + 1));
  }

  /** A target of a request has no fragment. */
  #endInTarget(text: string): number {
    return this.#part === "path" ? text.indexOf("?") : -1;
  }

  #encodeLiteral(text: string): string {
    if (this.#part === "authority") return keepOnly(text, authorityCharacter);
    return this.#part === "path" ? encodePathLiteral(text) : encodeQuery(text);
  }

  value(piece: Piece): void {
    if (this.#part === "authority") this.#authorityValue(piece);
    else if (this.#part === "path") this.#pathValue(piece);
    else this.text += encodeQuery(piece.text);
  }

  /** "https://{HTTP_HOST}{REQUEST_URI}": the path begins within a value. */
  #authorityValue(piece: Piece): void {
    const slash = piece.text.search(/[/?]/);
    this.text += keepOnly(slash === -1 ? piece.text : piece.text.slice(0, slash), authorityCharacter);
    if (slash === -1) return;
    this.#part = "path";
    this.#pathValue({ ...piece, text: piece.text.slice(slash), queryAt: piece.queryAt - slash });
  }

  #pathValue({ kind, text, queryAt }: Piece): void {
    if (kind === "verbatim") this.text += text;
    else if (kind === "uri" && queryAt >= 0 && queryAt < text.length) {
      this.text += encodePath(text.slice(0, queryAt)) + text.slice(queryAt);
    } else if (kind === "url" || kind === "captured") {
      // The entries of rewrite maps have queries and escapes of their own: "/article.aspx?id=1".
      this.text += encodeAround(text, urlCharacter).replaceAll("#", this.#isRedirect ? "#" : "%23");
    } else if (kind !== "path" && kind !== "uri" && text.includes("?")) {
      const { path, query } = splitQuery(text);
      this.text += `${encodePath(path)}?${encodeQuery(query)}`;
    } else this.text += encodePath(text);
  }
}

/** A new target for the request. */
export function targetOf(pieces: readonly Piece[]): string {
  const writer = new UrlWriter(false, "path");
  for (const piece of pieces) write(writer, piece);
  return writer.text.startsWith("/") ? writer.text : `/${writer.text}`;
}

/** Where a template says "scheme://" or "//" before anything else: the piece, and where in it the authority begins. */
function authorityStart(pieces: readonly Piece[]): { readonly index: number; readonly offset: number } | null {
  for (const [index, { kind, text }] of pieces.entries()) {
    const slash = kind === "literal" ? text.search(/[/?#]/) : -1;
    if (slash === -1) continue;
    const isStart = text.startsWith("//", slash) && (slash === 0 ? index === 0 : text.charAt(slash - 1) === ":");
    return isStart ? { index, offset: slash + 2 } : null;
  }
  return null;
}

/** The Location of a redirect; a relative one is resolved against the site's root. */
export function locationOf(pieces: readonly Piece[]): string {
  const start = authorityStart(pieces);
  const writer = new UrlWriter(true, start === null ? "path" : "authority");
  for (const [index, piece] of pieces.entries()) {
    const inScheme = start !== null && index < start.index;
    if (inScheme) writer.text += keepOnly(piece.text, schemeCharacter);
    else if (start?.index === index) {
      const scheme = piece.text.slice(0, start.offset);
      writer.text += scheme;
      writer.literal(piece.text.slice(start.offset));
    } else write(writer, piece);
  }
  if (start?.index === 0 && start.offset === 2) return writer.text;
  return /^[a-z][a-z\d+.-]*:/i.test(writer.text) ? writer.text : `/${writer.text.replace(/^[/\\]+/, "")}`;
}

function write(writer: UrlWriter, piece: Piece): void {
  if (piece.kind === "literal") writer.literal(piece.text);
  else writer.value(piece);
}
