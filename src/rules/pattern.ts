import { compileEcmascript } from "./ecmascript-pattern.ts";
import { compileExact } from "./exact-pattern.ts";
import type { PatternResult } from "./matcher.ts";
import type { PatternSyntax } from "./rule-config.ts";
import { compileWildcard } from "./wildcard-pattern.ts";

export type { Captures, Engine, Pattern, PatternResult } from "./matcher.ts";

/** `fault`: what is wrong and what to write instead. No input can make a compiled pattern slow. */
export function compilePattern(source: string, syntax: PatternSyntax, ignoreCase: boolean): PatternResult {
  if (syntax === "ecmascript") return compileEcmascript(source, ignoreCase);
  const compile = syntax === "wildcard" ? compileWildcard : compileExact;
  return { ok: true, pattern: compile(source, ignoreCase) };
}
