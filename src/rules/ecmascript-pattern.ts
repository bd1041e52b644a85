import type { AST } from "@eslint-community/regexpp";
import { isQuick } from "./backtracking-work.ts";
import { foreignSyntax } from "./foreign-syntax.ts";
import { compileLinear } from "./linear-pattern.ts";
import type { Pattern, PatternResult } from "./matcher.ts";
import { parseEcmascript } from "./parse-ecmascript.ts";
import { capturingGroups } from "./pattern-tree.ts";
import { hasFewWays } from "./few-ways.ts";
import { slowPart } from "./slow-part.ts";

/**
 * JavaScript's regular expressions, searched for anywhere. The native engine goes back in its input, for hours with some
 * patterns: it gets those alone where no input can do this. The others run in an engine that never goes back, at some
 * microseconds for each match, and what that one does not have (lookarounds, backreferences) is refused.
 */
export function compileEcmascript(source: string, ignoreCase: boolean): PatternResult {
  const foreign = foreignSyntax(source);
  if (foreign !== null) return { ok: false, fault: foreign };
  const parsed = parseEcmascript(source);
  if (!parsed.ok) return parsed;
  const pattern = choosePattern(source, parsed.tree, ignoreCase);
  return pattern === null ? { ok: false, fault: slowPart(parsed.tree, ignoreCase) } : { ok: true, pattern };
}

function choosePattern(source: string, tree: AST.Pattern, ignoreCase: boolean): Pattern | null {
  return isQuick(tree) || hasFewWays(tree, ignoreCase)
    ? compileNative(source, tree, ignoreCase)
    : compileLinear(tree, ignoreCase);
}

function compileNative(source: string, tree: AST.Pattern, ignoreCase: boolean): Pattern {
  const regex = new RegExp(source, ignoreCase ? "i" : "");
  const match = (input: string): readonly string[] | null => {
    const found = regex.exec(input);
    return found === null ? null : found.map((group: string | undefined) => group ?? "");
  };
  return { match, groups: capturingGroups(tree).length, engine: "native" };
}
