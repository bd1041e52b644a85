import { Buffer, isUtf8 } from "node:buffer";
import type { TextCoding } from "./text-coding.ts";
import { unfinished, utf8Length } from "./utf8-length.ts";

const none = Buffer.alloc(0);
/** A byte that is no UTF-8 becomes the lone surrogate at this place, which no UTF-8 can stand for. */
const byteEscapes = 0xdc_00;
const replacementCharacter = Buffer.from("\ufffd");
const anyLone = /\p{Surrogate}/u;
const eachLone = /\p{Surrogate}/gu;

/** UTF-8, and what is none of it, without loss. */
export class Utf8Text implements TextCoding {
  /** The beginning of a character whose other bytes are still to come. */
  #begun: Buffer = none;
  /** The first half of a pair whose other half is still to come. */
  #half = "";

  decode(bytes: Buffer): string {
    const all = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes]);
    const end = unfinished(all);
    // Copied: the memory of what is read may be used again.
    this.#begun = end === all.length ? none : Buffer.from(all.subarray(end));
    const whole = all.subarray(0, end);
    return isUtf8(whole) ? whole.toString("utf8") : withEscapes(whole);
  }

  decodeEnd(): string {
    const text = withEscapes(this.#begun);
    this.#begun = none;
    return text;
  }

  encode(text: string): Buffer {
    const all = this.#half + text;
    const last = all.charCodeAt(all.length - 1);
    const isHalf = last >= 0xd8_00 && last < byteEscapes;
    this.#half = isHalf ? all.slice(-1) : "";
    return toBytes(isHalf ? all.slice(0, -1) : all);
  }

  encodeEnd(): Buffer {
    const bytes = toBytes(this.#half);
    this.#half = "";
    return bytes;
  }

  fits(): boolean {
    return true;
  }
}

function withEscapes(bytes: Buffer): string {
  let text = "";
  let valid = 0;
  for (let at = 0; at < bytes.length;) {
    const length = utf8Length(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += bytes.toString("utf8", valid, at) + String.fromCharCode(byteEscapes + (bytes[at] ?? 0));
    at++;
    valid = at;
  }
  return text + bytes.toString("utf8", valid);
}

function toBytes(text: string): Buffer {
  if (!anyLone.test(text)) return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  let from = 0;
  for (const { index } of text.matchAll(eachLone)) {
    parts.push(Buffer.from(text.slice(from, index), "utf8"), loneSurrogate(text.charCodeAt(index)));
    from = index + 1;
  }
  parts.push(Buffer.from(text.slice(from), "utf8"));
  return Buffer.concat(parts);
}

/** The byte that it stands for; any other one is half of a character that a rule has cut. */
function loneSurrogate(code: number): Buffer {
  const byte = code - byteEscapes;
  return byte >= 0x80 && byte <= 0xff ? Buffer.of(byte) : replacementCharacter;
}
