import { FieldLine, readFieldLine } from "./field-line.ts";

const line = new FieldLine();

/** The ranges of a head's text that are not passed on, in order. The rest is copied as it came. */
export class Cuts {
  #count = 0;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  clear(): void {
    this.#count = 0;
  }

  /** Ranges are added in ascending order. */
  add(start: number, end: number): void {
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#count++;
  }

  /** text[start, end) without the cuts; none of them straddles `start` or `end`. */
  copy(text: string, start: number, end: number): string {
    let copied = "";
    let at = start;
    for (let index = 0; index < this.#count; index++) {
      const cut = this.#starts[index] ?? 0;
      if (cut > at) copied += text.slice(at, cut);
      at = this.#ends[index] ?? at;
    }
    return copied + text.slice(at, end);
  }

  /** Adds every field line from `start` on whose lower-case name is listed; the rare case of `Connection: some-name`. */
  addNamed(text: string, start: number, names: readonly string[]): void {
    const ranges = this.#starts.slice(0, this.#count).map((from, index) => [from, this.#ends[index] ?? from] as const);
    for (let at = start; at < text.length - 2; at = line.next) {
      if (readFieldLine(text, at, line) !== null) break;
      const known = ranges.some(([from]) => from === at);
      if (!known && names.includes(text.slice(at, line.nameEnd).toLowerCase())) ranges.push([at, line.next]);
    }
    this.clear();
    for (const [from, to] of ranges.toSorted((one, other) => one[0] - other[0])) this.add(from, to);
  }
}
