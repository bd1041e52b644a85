import type { AST } from "@eslint-community/regexpp";
import { isGroup, isLookaround } from "./pattern-tree.ts";

const mostLength = 4000;

/**
 * The pattern as it is looked at for its ways: without lookarounds, which only take ways away, and with what a
 * backreference's group can match, or nothing, for the backreference. null = it would get too long.
 */
export function analysedSource(tree: AST.Pattern): string | null {
  const text = alternativesText(tree.alternatives, []);
  return text.length > mostLength ? null : text;
}

function alternativesText(alternatives: readonly AST.Alternative[], inside: readonly AST.Node[]): string {
  return alternatives.map(({ elements }) => sequenceText(elements, inside)).join("|");
}

function sequenceText(elements: readonly AST.Element[], inside: readonly AST.Node[]): string {
  let text = "";
  for (const element of elements) {
    text += elementText(element, inside);
    if (text.length > mostLength) break;
  }
  return text;
}

function elementText(element: AST.Element, inside: readonly AST.Node[]): string {
  if (isLookaround(element)) return "(?:)";
  if (isGroup(element)) return `(?:${alternativesText(element.alternatives, [...inside, element])})`;
  if (element.type === "Backreference") return backreferenceText(element, inside);
  if (element.type !== "Quantifier") return element.raw;
  return elementText(element.element, inside) + element.raw.slice(element.element.end - element.start);
}

/** Inside its own group it stands for nothing yet. */
function backreferenceText({ resolved }: AST.Backreference, inside: readonly AST.Node[]): string {
  const groups = (Array.isArray(resolved) ? resolved : [resolved]).filter((group) => !inside.includes(group));
  return `(?:${groups.map(({ alternatives }) => `${alternativesText(alternatives, [...inside, ...groups])}|`).join("")})`;
}
