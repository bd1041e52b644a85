import type { AST } from "@eslint-community/regexpp";
import { isGroup, isLookaround, isUnitElement } from "./pattern-tree.ts";
import { hasUnit, unitRanges } from "./unit-ranges.ts";

export interface Span {
  /** At most; Infinity = no bound. */
  readonly units: number;
  /** Can a "\n" be in it? */
  readonly crossesLines: boolean;
}

const none: Span = { units: 0, crossesLines: false };
const lineFeed = 0x0a;

/** How much of the input a match can take, or look at round about. */
export function longestSpan({ alternatives }: Pick<AST.Pattern, "alternatives">): Span {
  const spans = alternatives.map(({ elements }) => elements.map(elementSpan).reduce(inSequence, none));
  return {
    units: Math.max(...spans.map(({ units }) => units)),
    crossesLines: spans.some(({ crossesLines }) => crossesLines),
  };
}

function elementSpan(element: AST.Element): Span {
  if (isUnitElement(element)) return { units: 1, crossesLines: hasUnit(unitRanges(element, false), lineFeed) };
  if (isGroup(element) || isLookaround(element)) return longestSpan(element);
  if (element.type === "Quantifier") {
    const { units, crossesLines } = elementSpan(element.element);
    return units === 0 || element.max === 0 ? none : { units: units * element.max, crossesLines };
  }
  // What a backreference stands for may itself have some: no bound is worked out.
  return element.type === "Backreference" ? { units: Infinity, crossesLines: true } : none;
}

function inSequence(one: Span, other: Span): Span {
  return { units: one.units + other.units, crossesLines: one.crossesLines || other.crossesLines };
}
