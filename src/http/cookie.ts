import { isBlank } from "./characters.ts";
import { findField } from "./find-field.ts";

/** Places where the name stands, and lines, that are looked at: no browser sends as many. */
const maxPlaces = 256;

const field = "cookie";
const equals = 0x3d;
const semicolon = 0x3b;
const quotation = 0x22;

/** Goes through the cookies of a head that have a name; made once and used for one head after the other. */
class CookieReader {
  #text = "";
  #name = "";
  #lineStart = 0;
  #lineEnd = 0;
  /** Where the name stands next, in this line or behind it; -1 = nowhere. */
  #place = 0;
  #placesLeft = 0;
  #valueStart = 0;
  #valueEnd = 0;

  begin(text: string, fieldsStart: number, name: string): void {
    this.#text = text;
    this.#name = name;
    this.#lineEnd = fieldsStart - 2;
    this.#place = fieldsStart;
    this.#placesLeft = maxPlaces;
  }

  /** On to the next cookie of the name, case-sensitive (RFC 6265 5.4); false = there is none. */
  next(): boolean {
    while (this.#place !== -1 && this.#placesLeft-- > 0) {
      const place = this.#place;
      if (place >= this.#lineEnd) {
        if (!this.#beginLine()) return false;
      } else {
        this.#search(place + this.#name.length);
        if (this.#isBeginning(place) && this.#readValue(place + this.#name.length)) return true;
      }
    }
    return false;
  }

  value(): string {
    return this.#text.slice(this.#valueStart, this.#valueEnd);
  }

  /** The reader would keep the head in memory else. */
  end(): void {
    this.#text = "";
  }

  #beginLine(): boolean {
    const line = findField(this.#text, this.#lineEnd + 2, field);
    if (line === -1) return false;
    this.#lineStart = line + field.length + 1;
    this.#lineEnd = this.#text.indexOf("\r\n", line);
    if (this.#place < this.#lineStart) this.#search(this.#lineStart);
    return true;
  }

  #search(from: number): void {
    this.#place = this.#text.indexOf(this.#name, from);
  }

  /** Does a pair begin there? */
  #isBeginning(place: number): boolean {
    let at = place - 1;
    while (at >= this.#lineStart && isBlank(this.#text.charCodeAt(at))) at--;
    return at < this.#lineStart || this.#text.charCodeAt(at) === semicolon;
  }

  /** From behind the name on: without blanks, and quotes that stand around the whole. */
  #readValue(nameEnd: number): boolean {
    const text = this.#text;
    const sign = this.#skipBlanks(nameEnd);
    if (text.charCodeAt(sign) !== equals) return false;
    let start = this.#skipBlanks(sign + 1);
    let end = start;
    while (end < this.#lineEnd && text.charCodeAt(end) !== semicolon) end++;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    if (end - start >= 2 && text.charCodeAt(start) === quotation && text.charCodeAt(end - 1) === quotation) {
      start++;
      end--;
    }
    this.#valueStart = start;
    this.#valueEnd = end;
    return true;
  }

  #skipBlanks(start: number): number {
    let at = start;
    while (isBlank(this.#text.charCodeAt(at))) at++;
    return at;
  }
}

const reader = new CookieReader();

/**
 * What `known` has for a cookie of this name: of several, for the first one whose value it knows; null = for none. Its
 * values are lower case, and those of cookies may be in any.
 */
export function knownCookie<T>(
  text: string,
  fieldsStart: number,
  name: string,
  known: ReadonlyMap<string, T>,
): T | null {
  reader.begin(text, fieldsStart, name);
  let found: T | null = null;
  while (found === null && reader.next()) found = known.get(reader.value().toLowerCase()) ?? null;
  reader.end();
  return found;
}

/** The value of the first cookie of this name; "" = there is none. */
export function firstCookie(text: string, fieldsStart: number, name: string): string {
  reader.begin(text, fieldsStart, name);
  const value = reader.next() ? reader.value() : "";
  reader.end();
  return value;
}
