import type { AST } from "@eslint-community/regexpp";
import { isGroup } from "./pattern-tree.ts";

export interface LiteralPrefix {
  /** What every match begins with, at the start of the input, but for the case of its letters. */
  readonly text: string;
  /** What stands behind it. */
  readonly rest: readonly AST.Element[];
}

/** The literal text an anchored pattern begins with; null = it is not anchored. */
export function literalPrefix(tree: AST.Pattern): LiteralPrefix | null {
  const [first, ...elements] = plainSequence(tree.alternatives);
  if (first?.type !== "Assertion" || first.kind !== "start") return null;
  const end = elements.findIndex((element) => element.type !== "Character");
  const literals = end === -1 ? elements : elements.slice(0, end);
  const text = literals
    .map((element) => (element.type === "Character" ? String.fromCharCode(element.value) : ""))
    .join("");
  return { text, rest: elements.slice(literals.length) };
}

/** The elements one after the other, with those of groups that are there once, in one form alone, in their place. */
export function plainSequence(alternatives: readonly AST.Alternative[]): readonly AST.Element[] {
  const [only, ...others] = alternatives;
  if (only === undefined || others.length > 0) return [];
  return only.elements.flatMap((element) =>
    isGroup(element) && element.alternatives.length === 1 ? plainSequence(element.alternatives) : [element],
  );
}
