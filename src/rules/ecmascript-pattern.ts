import type { AST } from "@eslint-community/regexpp";
import { isQuick } from "./backtracking-work.ts";
import { foreignSyntax } from "./foreign-syntax.ts";
import { compileLinear } from "./linear-pattern.ts";
import type { Found, Pattern, PatternResult } from "./matcher.ts";
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
  const searching = new RegExp(source, ignoreCase ? "gi" : "g");
  const match = (input: string): readonly string[] | null => {
    const found = regex.exec(input);
    return found === null ? null : groupsOf(found);
  };
  const find = (input: string, from: number): Found | null => {
    searching.lastIndex = from;
    const found = searching.exec(input);
    return found === null ? null : { index: found.index, captures: groupsOf(found) };
  };
  return { match, find, groups: capturingGroups(tree).length, engine: "native", cost: 0 };
}

/** By hand: `Array.from` with a function takes several times as long as the match itself. */
function groupsOf(found: RegExpExecArray): readonly string[] {
  const groups: string[] = [];
  for (let index = 0; index < found.length; index += 1) groups.push(found[index] ?? "");
  return groups;
}
