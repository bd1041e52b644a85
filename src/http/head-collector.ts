const headEnd = Buffer.from("\r\n\r\n");
const nothing = Buffer.alloc(0);
const lf = 0x0a;
const cr = 0x0d;

/**
 * Collects a message's head from the pieces it comes in. The usual head comes in one piece and is not copied; one that
 * trickles costs time in proportion to its length.
 */
export class HeadCollector {
  /** The complete head, latin1, with the empty line at its end. */
  text = "";
  /** What came behind it. */
  rest: Buffer = nothing;
  /** Bytes of an incomplete head so far. */
  length = 0;
  /** A line of the incomplete head ends with a bare LF: it will never be a head. */
  malformed = false;
  #kept: Buffer = nothing;

  /** The first bytes of the incomplete head, up to nine. */
  get begin(): string {
    return this.#kept.toString("latin1", 0, Math.min(this.length, 9));
  }

  clear(): void {
    this.length = 0;
    this.malformed = false;
    this.#kept = nothing;
    this.rest = nothing;
  }

  /** true = `text` and `rest` are there. */
  add(bytes: Buffer): boolean {
    if (this.length > 0) return this.#append(bytes);
    const end = bytes.indexOf(headEnd);
    if (end !== -1) return this.#complete(bytes, bytes.length, end + 4);
    this.#append(bytes);
    return false;
  }

  #append(bytes: Buffer): boolean {
    const before = this.length;
    const needed = before + bytes.length;
    if (needed > this.#kept.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed * 2, 4096));
      this.#kept.copy(larger, 0, 0, before);
      this.#kept = larger;
    }
    bytes.copy(this.#kept, before);
    this.length = needed;
    const end = this.#kept.subarray(0, needed).indexOf(headEnd, Math.max(before - 3, 0));
    if (end !== -1) return this.#complete(this.#kept, needed, end + 4);
    this.#lookForBareLf(before);
    return false;
  }

  #complete(bytes: Buffer, length: number, end: number): boolean {
    this.text = bytes.toString("latin1", 0, end);
    this.rest = end === length ? nothing : bytes.subarray(end, length);
    this.length = 0;
    this.malformed = false;
    this.#kept = nothing;
    return true;
  }

  #lookForBareLf(from: number): void {
    const bytes = this.#kept.subarray(0, this.length);
    for (let at = bytes.indexOf(lf, from); at !== -1; at = bytes.indexOf(lf, at + 1)) {
      if (at === 0 || bytes[at - 1] !== cr) this.malformed = true;
    }
  }
}
