/** Between bytes and characters, both ways, so that what is not changed comes out as it went in, to the byte. */
export interface TextCoding {
  decode(bytes: Buffer): string;
  /** What is left of a character that was never completed. */
  decodeEnd(): string;
  encode(text: string): Buffer;
  encodeEnd(): Buffer;
  /** Can this be written? */
  fits(text: string): boolean;
}
