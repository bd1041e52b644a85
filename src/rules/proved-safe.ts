import type { AST } from "@eslint-community/regexpp";
import { isSafePattern } from "redos-detector";
import { analysedSource } from "./analysed-source.ts";
import { hasQuickLookarounds } from "./backtracking-work.ts";
import { isAnchored } from "./pattern-tree.ts";

/** In how many ways at once an input may be read, and how long they are looked for. */
const limits = { maxScore: 20, maxSteps: 5000, downgradePattern: true } as const;

/**
 * For what neither is plainly quick nor can run in the linear engine: are its ways through any input so few that a
 * backtracking engine takes steps in the number of its units? The detector is not asked about lookarounds, on which it
 * is too hopeful: they have to be quick by themselves.
 */
export function isProvedSafe(tree: AST.Pattern, ignoreCase: boolean): boolean {
  const source = hasQuickLookarounds(tree) ? analysedSource(tree) : null;
  if (source === null) return false;
  const anchored = tree.alternatives.every(isAnchored);
  // A search tries each place of the input: as if anything could stand before.
  return isSafe(anchored ? source : `^[^]*?(?:${source})`, ignoreCase);
}

function isSafe(source: string, caseInsensitive: boolean): boolean {
  try {
    return isSafePattern(source, { ...limits, caseInsensitive }).safe;
  } catch {
    // It does not know each and every syntax.
    return false;
  }
}
