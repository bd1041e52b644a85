import { valueCharacters } from "./characters.ts";
import { FieldLine, readFieldLine } from "./field-line.ts";

const state = {
  size: 0,
  extension: 1,
  sizeLf: 2,
  bytes: 3,
  bytesCr: 4,
  bytesLf: 5,
  trailer: 6,
  trailerLf: 7,
} as const;

const cr = 0x0d;
const lf = 0x0a;
const semicolon = 0x3b;
const maxSizeDigits = 16;
const maxExtensionBytes = 1024;
/** All extensions and trailers of one body together: what is not content is not worth more. */
const maxOverheadBytes = 64 * 1024;

/** RFC 9112 7.1.1, without the bad white space that parsers read differently. */
const extensions =
  /^(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"))?)+$/;

/** Trailers that would change what the message is if somebody merged them into its head (RFC 9110 6.5.1). */
const forbiddenTrailers =
  /^(?:content-length|transfer-encoding|host|connection|upgrade|te|expect|authorization|set-cookie|cookie)$/i;

const line = new FieldLine();

/** Follows a chunked body (RFC 9112 7.1) strictly, however its bytes are split. */
export class ChunkedFramer {
  done = false;
  /** Bytes of the content so far. */
  content = 0;
  /** Collects where the content stands in the buffers of `scan`: start, end, start, end …; null = nobody asks. */
  ranges: number[] | null = null;
  #state: number = state.size;
  #left = 0;
  #digits = 0;
  /** Of the extension or trailer being read. */
  #text = "";
  #overhead = 0;

  start(): void {
    this.done = false;
    this.content = 0;
    this.ranges = null;
    this.#state = state.size;
    this.#left = 0;
    this.#digits = 0;
    this.#text = "";
    this.#overhead = 0;
  }

  /** The end of the body in `bytes`, or their length where it goes on; -1 = malformed. */
  scan(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && !this.done) {
      if (this.#state === state.bytes) at = this.#skipContent(bytes, at);
      else if (this.#step(bytes[at] ?? 0)) at++;
      else return -1;
    }
    return at;
  }

  #skipContent(bytes: Buffer, at: number): number {
    const end = Math.min(at + this.#left, bytes.length);
    this.#left -= end - at;
    this.content += end - at;
    this.ranges?.push(at, end);
    if (this.#left === 0) this.#state = state.bytesCr;
    return end;
  }

  #step(byte: number): boolean {
    switch (this.#state) {
      case state.size:
        return this.#readSize(byte);
      case state.extension:
        return this.#readExtension(byte);
      case state.sizeLf:
        this.#state = this.#left === 0 ? state.trailer : state.bytes;
        return byte === lf;
      case state.bytesCr:
        this.#state = state.bytesLf;
        return byte === cr;
      case state.bytesLf:
        this.#state = state.size;
        return byte === lf;
      case state.trailer:
        return this.#readTrailer(byte);
      default:
        return byte === lf && this.#endTrailerLine();
    }
  }

  #readSize(byte: number): boolean {
    const digit = hexDigit(byte);
    if (digit !== -1) {
      this.#left = this.#left * 16 + digit;
      this.#digits++;
      return this.#digits <= maxSizeDigits && this.#left <= Number.MAX_SAFE_INTEGER;
    }
    if (this.#digits === 0) return false;
    this.#digits = 0;
    if (byte === cr) this.#state = state.sizeLf;
    else {
      this.#state = state.extension;
      this.#text = ";";
    }
    return byte === cr || byte === semicolon;
  }

  #readExtension(byte: number): boolean {
    this.#overhead++;
    if (byte !== cr) {
      this.#text += String.fromCharCode(byte);
      // Not first at the line's end: by then a bare LF and what it hides might have been passed on.
      if (valueCharacters[byte] !== 1) return false;
      return this.#text.length <= maxExtensionBytes && this.#overhead <= maxOverheadBytes;
    }
    this.#state = state.sizeLf;
    const valid = extensions.test(this.#text);
    this.#text = "";
    return valid;
  }

  #readTrailer(byte: number): boolean {
    this.#overhead++;
    if (byte === cr) {
      this.#state = state.trailerLf;
      return true;
    }
    this.#text += String.fromCharCode(byte);
    return valueCharacters[byte] === 1 && this.#overhead <= maxOverheadBytes;
  }

  #endTrailerLine(): boolean {
    const text = this.#text;
    this.#text = "";
    this.#state = state.trailer;
    this.done = text === "";
    if (this.done) return true;
    return readFieldLine(`${text}\r\n`, 0, line) === null && !forbiddenTrailers.test(text.slice(0, line.nameEnd));
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
