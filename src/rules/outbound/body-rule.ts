import type { TagAttributeConfig } from "../rule-config.ts";

/** One place where a pattern was found. */
export interface Found {
  readonly index: number;
  /** The whole match, then the groups; "" = the group took no part. */
  readonly captures: readonly string[];
}

/** The first match that begins at `from` or behind it; what stands before `from` is seen by `\b` and the like. null = none. */
export type FindMatch = (text: string, from: number) => Found | null;

/** How long a match can be: so many UTF-16 code units at most | it never crosses the end of a line | anything. */
export type LongestMatch = number | "line" | "any";

/**
 * One outbound rule on the body of one response. Its texts are the body's characters; a lone surrogate from U+DC80 to
 * U+DCFF stands for a byte that is no UTF-8.
 */
export interface BodyRule {
  readonly name: string;
  /** Lower case; whose values are looked at. null = the whole text. */
  readonly attributes: readonly TagAttributeConfig[] | null;
  readonly find: FindMatch;
  readonly longest: LongestMatch;
  /** How many matches are replaced at most; 0 = all. */
  readonly occurrences: number;
  /** What is put in the place of a match; null = it stays. */
  readonly replace: (captures: readonly string[]) => string | null;
}

/** Why rules do not apply to a body, or not to all of it. */
type BodyProblem =
  /** Its charset is not one that can be read. No rule applies. */
  | "charset"
  /** Its content coding is not one that can be taken off. No rule applies. */
  | "coding"
  /** It is longer than a rule that needs the whole of it may hold back. The rule does not apply. */
  | "body-too-long"
  /** The text that a rule puts in cannot be written in the body's charset. The match stays. */
  | "does-not-fit";

/** `detail`: the rule's name, or what cannot be read. Told at most once per rule and response. */
export type ReportProblem = (problem: BodyProblem, detail: string) => void;

/** Changes a text that comes in pieces; what it gives back, joined, is the whole. */
export interface TextStage {
  write(text: string): string;
  end(): string;
}
