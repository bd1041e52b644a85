import type { PatternSyntax } from "./rule-config.ts";

/** The whole match, then the groups; "" = the group took no part. */
export type Captures = readonly string[];

/** A pattern made ready for use; `negate` is the caller's matter. */
export interface Pattern {
  /** null = no match. */
  match(input: string): Captures | null;
  /** Capture groups, without the whole match. */
  readonly groups: number;
}

export type PatternResult =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly fault: string };

/** `fault`: what is wrong and what to write instead. */
export function compilePattern(source: string, syntax: PatternSyntax, ignoreCase: boolean): PatternResult {
  const text = syntax === "ecmascript" ? source : source.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  const whole = syntax === "wildcard" ? `^${text.replaceAll("\\*", "(.*)").replaceAll("\\?", ".")}$` : text;
  try {
    const regex = new RegExp(syntax === "exact" ? `^${text}$` : whole, ignoreCase ? "is" : "s");
    const groups = (new RegExp(`${regex.source}|`).exec("")?.length ?? 1) - 1;
    const match = (input: string): Captures | null => regex.exec(input)?.map((group) => group ?? "") ?? null;
    return { ok: true, pattern: { match, groups } };
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : String(error) };
  }
}
