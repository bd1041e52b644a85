import { Buffer } from "node:buffer";
import type { TextCoding } from "./text-coding.ts";

/**
 * us-ascii, iso-8859-1 and windows-1252: a byte is a character, the one with its number. So the 27 characters that
 * windows-1252 has between 0x80 and 0x9F are not seen as what they are, but stay.
 */
export class Latin1Text implements TextCoding {
  decode(bytes: Buffer): string {
    return bytes.toString("latin1");
  }

  decodeEnd(): string {
    return "";
  }

  encode(text: string): Buffer {
    return Buffer.from(text, "latin1");
  }

  encodeEnd(): Buffer {
    return Buffer.alloc(0);
  }

  fits(text: string): boolean {
    return !/[^\0-\xff]/.test(text);
  }
}
