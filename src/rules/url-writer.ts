import { encodeAuthority, encodePath, encodePathText, encodeQuery, encodeUrl } from "./url-encode.ts";

/**
 * What a value is, and so how it is written into a URL. "path": a decoded path, where "?" and "%" are characters like
 * others; "decoded": the same with a query behind it; "address": the same with scheme and host before it; "url": as it
 * stands in a URL already; "raw": not to be touched.
 */
export type ValueKind = "path" | "decoded" | "address" | "url" | "raw";

/** Writes one URL (or the target of a request) piece by piece, each as the part of the URL needs it in which it lands. */
export class UrlWriter {
  text = "";
  /** A target has no fragment: its "#" is a character like others. */
  readonly #isTarget: boolean;
  #part: "scheme" | "authority" | "path" | "query" | "fragment";

  constructor(isTarget: boolean, start: "scheme" | "path") {
    this.#isTarget = isTarget;
    this.#part = start;
  }

  /** What the rule itself says: only in this do "?" and "#" begin another part. */
  literal(text: string): void {
    if (this.#part === "scheme") this.#scheme(text);
    else this.#literal(text);
  }

  value(text: string, kind: ValueKind): void {
    if (this.#part === "scheme") this.text += text.replaceAll(/[^A-Za-z\d+.-]/g, "");
    else if (this.#part === "authority") this.#authorityValue(text, kind);
    else if (this.#part === "path") this.text += this.#atStart(text, kind) + this.#inPath(text, kind);
    else this.text += encodeQuery(text);
  }

  /** What a client has sent as a path is one, and not "http:other.site". */
  #atStart(text: string, kind: ValueKind): string {
    return this.text === "" && /^[^/]/.test(text) && (kind === "path" || kind === "decoded") ? "/" : "";
  }

  /** "https://" ends with the slashes. */
  #scheme(text: string): void {
    const end = text.indexOf("//");
    if (end === -1) this.text += text;
    else {
      this.text += text.slice(0, end + 2);
      this.#part = "authority";
      this.#literal(text.slice(end + 2));
    }
  }

  #literal(text: string): void {
    const end = this.#endOfPart(text);
    const here = end === -1 ? text : text.slice(0, end);
    this.text += this.#part === "authority" ? encodeAuthority(here) : this.#literalOf(here);
    if (end === -1) return;
    const mark = text.charAt(end);
    this.#part = mark === "/" ? "path" : mark === "?" ? "query" : "fragment";
    this.text += mark;
    this.#literal(text.slice(end + 1));
  }

  #literalOf(text: string): string {
    return this.#part === "path" ? encodePathText(text) : encodeQuery(text);
  }

  #endOfPart(text: string): number {
    if (this.#part === "authority") return text.search(/[/?#]/);
    if (this.#part === "path") return text.search(this.#isTarget ? /\?/ : /[?#]/);
    return this.#part === "query" && !this.#isTarget ? text.indexOf("#") : -1;
  }

  /** "https://{HTTP_HOST}{REQUEST_URI}": the path may begin within a value. */
  #authorityValue(text: string, kind: ValueKind): void {
    const end = text.search(/[/?]/);
    this.text += encodeAuthority(end === -1 ? text : text.slice(0, end));
    if (end === -1) return;
    this.#part = "path";
    this.text += this.#inPath(text.slice(end), kind);
  }

  #inPath(text: string, kind: ValueKind): string {
    if (kind === "raw") return text;
    if (kind === "path") return encodePath(text);
    if (kind === "url") return encodeUrl(text, this.#isTarget);
    const query = text.indexOf("?");
    if (query === -1) return encodePath(text);
    return `${encodePath(text.slice(0, query))}?${encodeQuery(text.slice(query + 1))}`;
  }
}
