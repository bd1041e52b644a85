/** A place of a pattern that is no part of an escape or a class; an escape and a class are one place each. */
export interface PatternPlace {
  readonly kind: "escape" | "class" | "other";
  readonly start: number;
  readonly text: string;
}

/** The places of a pattern from left to right, whether the pattern is valid or not. */
export function* scanPattern(source: string): Generator<PatternPlace> {
  let start = 0;
  while (start < source.length) {
    const character = source[start];
    const end = character === "\\" ? start + 2 : character === "[" ? classEnd(source, start) : start + 1;
    const kind = character === "\\" ? "escape" : character === "[" ? "class" : "other";
    yield { kind, start, text: source.slice(start, end) };
    start = end;
  }
}

function classEnd(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== "]") at += source[at] === "\\" ? 2 : 1;
  return at + 1;
}
