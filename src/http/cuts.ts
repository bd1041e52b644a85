import { FieldLine, readFieldLine } from "./field-line.ts";

const line = new FieldLine();

/** More than that are not remembered for the next message: the room for them would be kept for each connection. */
const keptRanges = 64;

/** The ranges of a head's text that are not passed on, in order. The rest is copied as it came. */
export class Cuts {
  #count = 0;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  clear(): void {
    this.#count = 0;
    if (this.#starts.length <= keptRanges) return;
    this.#starts.length = keptRanges;
    this.#ends.length = keptRanges;
  }

  /** Ranges are added in ascending order. */
  add(start: number, end: number): void {
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#count++;
  }

  /** text[start, end) without the cuts in it; none of them straddles `start` or `end`. */
  copy(text: string, start: number, end: number): string {
    let copied = "";
    let at = start;
    for (let index = 0; index < this.#count; index++) {
      const cut = this.#starts[index] ?? 0;
      if (cut < at) continue;
      if (cut >= end) break;
      if (cut > at) copied += text.slice(at, cut);
      at = this.#ends[index] ?? at;
    }
    return copied + text.slice(at, end);
  }

  /**
   * Adds every field line whose lower-case name is listed; the rare case of `Connection: some-name`. The lines begin at
   * `start` and all earlier cuts are lines behind it. Both may be thousands, so it takes one pass.
   */
  addNamed(text: string, start: number, names: readonly string[]): void {
    const wanted = new Set(names);
    const before = this.#starts.slice(0, this.#count);
    let index = 0;
    this.clear();
    for (let at = start; at < text.length - 2; at = line.next) {
      if (readFieldLine(text, at, line) !== null) break;
      if (before[index] === at) index++;
      else if (!wanted.has(text.slice(at, line.nameEnd).toLowerCase())) continue;
      this.add(at, line.next);
    }
  }
}
