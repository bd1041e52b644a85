import { Latin1Text } from "./latin1-text.ts";
import type { TextCoding } from "./text-coding.ts";
import { Utf8Text } from "./utf8-text.ts";

/** What a Content-Type says, in lower case. */
export interface MediaType {
  /** Such as "text/html". */
  readonly type: string;
  /** "" = it does not say. */
  readonly charset: string;
}

export function readMediaType(value: string): MediaType {
  const [type = "", ...parameters] = value.toLowerCase().split(";");
  const charset = parameters.map((text) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(text)?.[1] ?? "").find(Boolean) ?? "";
  return { type: type.trim(), charset };
}

const textTypes: ReadonlySet<string> = new Set([
  "application/ecmascript",
  "application/javascript",
  "application/json",
  "application/x-javascript",
  "application/xml",
]);

export function isText({ type }: MediaType): boolean {
  return type.startsWith("text/") || textTypes.has(type) || /\+(?:xml|json)$/.test(type);
}

/** Are there tags whose attributes rules may look at? */
export function hasTags({ type }: MediaType): boolean {
  return type === "text/html" || type === "application/xhtml+xml";
}

export function isEventStream({ type }: MediaType): boolean {
  return type === "text/event-stream";
}

/** Is it read strictly as XML? */
export function isXhtml({ type }: MediaType): boolean {
  return type === "application/xhtml+xml";
}

/** May a character be written as a reference, such as "&#8364;"? */
export function knowsReferences({ type }: MediaType): boolean {
  return type === "text/html" || type === "text/xml" || type === "application/xml" || type.endsWith("+xml");
}

const latin1Charsets: ReadonlySet<string> = new Set([
  "ascii",
  "iso-8859-1",
  "iso8859-1",
  "iso_8859-1",
  "latin1",
  "us-ascii",
  "windows-1252",
]);

/** null = a charset that is not known here. */
export function textCodingFor({ charset }: MediaType): TextCoding | null {
  if (charset === "" || charset === "utf-8" || charset === "utf8") return new Utf8Text();
  return latin1Charsets.has(charset) ? new Latin1Text() : null;
}
