/** The whole match, then the groups; "" = the group took no part. */
export type Captures = readonly string[];

/**
 * What matches. "direct": compared without a regular expression; "native": the JavaScript engine, where no input can make
 * it slow; "linear": an engine that never goes back in its input.
 */
export type Engine = "direct" | "native" | "linear";

/** Where a pattern was found. */
export interface Found {
  readonly index: number;
  readonly captures: Captures;
}

/** A pattern made ready for use; `negate` is the caller's matter. */
export interface Pattern {
  /** null = no match. */
  match(input: string): Captures | null;
  /**
   * The first match that begins at `from` or behind it; what stands before it is seen by `\b` and the like. A wildcard
   * matches the whole text or nothing, a text that is exact is looked for anywhere.
   */
  find(input: string, from: number): Found | null;
  /** How much each character of an input may cost; 0 = next to nothing. */
  readonly cost: number;
  /** Capture groups, without the whole match. */
  readonly groups: number;
  readonly engine: Engine;
}

export type PatternResult =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly fault: string };
