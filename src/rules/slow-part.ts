import type { AST } from "@eslint-community/regexpp";
import { explosionText, likelyExplosion } from "./explosion.ts";
import { isGroup, isLookaround } from "./pattern-tree.ts";
import { positionAutomaton } from "./position-automaton.ts";
import { shortestText } from "./shortest-text.ts";

/** How often the text of an input that shows it is repeated: a blink with one, a minute with the other. */
const shortly = 30;
const atLength = 30_000;
/** What is repeated as often as this is as bad as a loop. */
const many = 100;

/** Why a pattern is refused that no engine can be trusted with: the part at fault, an input that shows it, what to write. */
export function slowPart(tree: AST.Pattern, ignoreCase: boolean): string {
  const parts = [tree.alternatives, ...lookaroundsOf(tree.alternatives).map(({ alternatives }) => alternatives)];
  const remedy = remedyFor(tree);
  for (const alternatives of parts) {
    const found = likelyExplosion(alternatives, ignoreCase);
    if (found === null) continue;
    const where = `${found.part} at character ${found.position + 1}`;
    return `${where} can be gone through in too many ways, as with ${explosionText(found, shortly)}; ${remedy}`;
  }
  const [part] = [...unboundedOf(tree.alternatives)].toReversed();
  if (part === undefined) return `the pattern is too large; ${remedy}`;
  const input = explosionText({ ...none, repeated: exampleOf(part, ignoreCase) }, atLength);
  return `${part.raw} at character ${part.start + 1} can take time with the square of the input, as with ${input}; ${remedy}`;
}

function exampleOf(loop: AST.Element, ignoreCase: boolean): string {
  const alternative = { elements: [loop.type === "Quantifier" ? loop.element : loop] };
  const automaton = positionAutomaton([alternative], ignoreCase);
  return automaton === null ? "a" : shortestText(automaton) || "a";
}

const none = { part: "", position: 0, before: "", behind: "!" };

function remedyFor(tree: AST.Pattern): string {
  const [lookaround] = lookaroundsOf(tree.alternatives);
  if (lookaround !== undefined) {
    const condition = lookaround.negate ? "negated condition" : "condition";
    return `write a ${condition} in the place of ${lookaround.raw} at character ${lookaround.start + 1}`;
  }
  const backreference = inside(tree.alternatives).find(({ type }) => type === "Backreference");
  if (backreference !== undefined) return `do without ${backreference.raw} at character ${backreference.start + 1}`;
  const counted = inside(tree.alternatives).some((element) => element.type === "Quantifier" && isLarge(element));
  return counted ? "write smaller counts" : "write nothing that may be empty inside of what is repeated";
}

function isLarge({ min, max }: AST.Quantifier): boolean {
  return min > many || (max > many && max < Infinity);
}

function lookaroundsOf(alternatives: readonly AST.Alternative[]): AST.LookaroundAssertion[] {
  return inside(alternatives).filter(isLookaround);
}

function unboundedOf(alternatives: readonly AST.Alternative[]): AST.Element[] {
  return inside(alternatives).filter((element) => element.type === "Quantifier" && element.max > many);
}

/** All elements, those in groups and lookarounds, too. */
function inside(alternatives: readonly AST.Alternative[]): AST.Element[] {
  return alternatives.flatMap(({ elements }) =>
    elements.flatMap((element) => {
      const inner = element.type === "Quantifier" ? element.element : element;
      const deeper = isGroup(inner) || isLookaround(inner) ? inside(inner.alternatives) : [];
      return inner === element ? [element, ...deeper] : [element, inner, ...deeper];
    }),
  );
}
