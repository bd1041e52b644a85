import type { AST } from "@eslint-community/regexpp";
import { explosionText, likelyExplosion } from "./explosion.ts";
import { isGroup, isLookaround } from "./pattern-tree.ts";
import { positionAutomaton } from "./position-automaton.ts";
import { shortestText } from "./shortest-text.ts";

/** How often the text of an input that shows it is repeated: a blink with one, a minute with the other. */
const shortly = 30;
const atLength = 30_000;
/** What is repeated more often is at fault where a pattern is too large. */
const many = 30;

/** Why a pattern is refused that no engine can be trusted with: the part at fault, an input that shows it, what to write. */
export function slowPart(tree: AST.Pattern, ignoreCase: boolean): string {
  const all = inside(tree.alternatives);
  const culprit = all.find((element) => isLookaround(element) || element.type === "Backreference");
  const remedy = culprit === undefined ? emptyRemedy : remedyFor(culprit);
  const bodies = all.filter(isLookaround).map(({ alternatives }) => alternatives);
  for (const alternatives of [tree.alternatives, ...bodies]) {
    const found = likelyExplosion(alternatives, ignoreCase);
    if (found === null) continue;
    const input = explosionText(found, shortly);
    return `${found.part} at character ${found.position + 1} can be gone through in too many ways, as with ${input}; ${remedy}`;
  }
  return culprit === undefined ? tooLarge(all) : `${squarePart(all, ignoreCase)}; ${remedy}`;
}

const emptyRemedy = "write nothing that may be empty inside of what is repeated";

function remedyFor(culprit: AST.Element): string {
  const place = `${culprit.raw} at character ${culprit.start + 1}`;
  if (!isLookaround(culprit)) return `do without ${place}`;
  return `write a ${culprit.negate ? "negated condition" : "condition"} in the place of ${place}`;
}

/** Without lookarounds and backreferences all else runs in the linear engine. */
function tooLarge(all: readonly AST.Element[]): string {
  const counted = all.find(isCounted);
  if (counted === undefined) return "the pattern is too large; write several rules";
  return `${counted.raw} at character ${counted.start + 1} repeats too often; write a smaller count, or * or +`;
}

function squarePart(all: readonly AST.Element[], ignoreCase: boolean): string {
  const part =
    all.findLast((element) => element.type === "Quantifier" && element.max === Infinity) ?? all.find(isCounted);
  if (part === undefined) return "the pattern has too many alternatives to try";
  const repeated = exampleOf(part, ignoreCase);
  const input = explosionText({ part: part.raw, position: part.start, before: "", repeated, behind: "!" }, atLength);
  return `${part.raw} at character ${part.start + 1} can take time with the square of the input, as with ${input}`;
}

/** A text that goes through the loop once. */
function exampleOf(loop: AST.Element, ignoreCase: boolean): string {
  const alternative = { elements: [loop.type === "Quantifier" ? loop.element : loop] };
  const automaton = positionAutomaton([alternative], ignoreCase);
  return automaton === null ? "a" : shortestText(automaton) || "a";
}

function isCounted(element: AST.Element): boolean {
  return element.type === "Quantifier" && Math.max(element.min, element.max < Infinity ? element.max : 0) > many;
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
