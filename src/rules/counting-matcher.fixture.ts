import type { AST } from "@eslint-community/regexpp";
import { parseEcmascript } from "./parse-ecmascript.ts";
import { canBeEmpty, isGroup, isUnitElement, type UnitElement } from "./pattern-tree.ts";
import { hasUnit, unitRanges, type UnitRanges } from "./unit-ranges.ts";

type Then = (at: number) => boolean;

/** A backtracking matcher as ECMA-262 describes it, without lookarounds and backreferences, that counts its steps. */
class CountingMatcher {
  steps = 0;
  readonly #input: string;
  readonly #ignoreCase: boolean;
  readonly #most: number;

  readonly #ranges = new Map<UnitElement, UnitRanges>();

  constructor(input: string, ignoreCase: boolean, most: number) {
    this.#input = input;
    this.#ignoreCase = ignoreCase;
    this.#most = most;
  }

  either(alternatives: readonly AST.Alternative[], at: number, then: Then): boolean {
    return alternatives.some(({ elements }) => this.#sequence(elements, at, then));
  }

  #sequence([first, ...rest]: readonly AST.Element[], at: number, then: Then): boolean {
    if (first === undefined) return then(at);
    return this.#element(first, at, (end) => this.#sequence(rest, end, then));
  }

  #element(element: AST.Element, at: number, then: Then): boolean {
    this.steps += 1;
    if (this.steps > this.#most) throw new RangeError("too many steps");
    if (isUnitElement(element)) {
      return this.#takes(element, this.#input.charCodeAt(at)) && then(at + 1);
    }
    if (isGroup(element)) return this.either(element.alternatives, at, then);
    if (element.type === "Quantifier") return this.#rounds(element, 0, at, then);
    if (element.type === "Assertion" && element.kind === "start") return at === 0 && then(at);
    return element.type === "Assertion" && element.kind === "end" && at === this.#input.length && then(at);
  }

  #takes(element: UnitElement, unit: number): boolean {
    const ranges = this.#ranges.get(element) ?? unitRanges(element, this.#ignoreCase);
    this.#ranges.set(element, ranges);
    return hasUnit(ranges, unit);
  }

  #rounds(quantifier: AST.Quantifier, done: number, at: number, then: Then): boolean {
    const { element, min, max, greedy } = quantifier;
    const round = (): boolean =>
      done < max &&
      this.#element(element, at, (end) => {
        if (end === at && done >= min && canBeEmpty(element)) return false;
        return this.#rounds(quantifier, done + 1, end, then);
      });
    if (done < min) return round();
    return greedy ? round() || then(at) : then(at) || round();
  }
}

/** The steps of a search with a backtracking engine; never more than `most`. */
export function countSteps(source: string, ignoreCase: boolean, input: string, most = 2_000_000): number {
  const parsed = parseEcmascript(source);
  if (!parsed.ok) return 0;
  const matcher = new CountingMatcher(input, ignoreCase, most);
  try {
    for (let start = 0; start <= input.length; start += 1) {
      if (matcher.either(parsed.tree.alternatives, start, () => true)) break;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return most;
  }
  return matcher.steps;
}
