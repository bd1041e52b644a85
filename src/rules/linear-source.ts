import type { AST } from "@eslint-community/regexpp";
import { canBeEmpty, capturingGroups, hasAssertion, isGroup, isUnitElement } from "./pattern-tree.ts";
import { unitRanges, type UnitRanges } from "./unit-ranges.ts";

/** Where the linear engine puts a group of the pattern. */
export interface GroupPlace {
  /** The number of the engine's own group. */
  readonly group: number;
  /** The engine's groups round whatever is repeated and holds this one: what was found before their start is of an earlier round. */
  readonly rounds: readonly number[];
}

export interface LinearSource {
  readonly source: string;
  /** For each group of the pattern, from left to right; null = it can't take part with anything but "". */
  readonly places: readonly (GroupPlace | null)[];
}

type Rounds = Pick<AST.Quantifier, "element" | "max" | "greedy">;

/** UTF-16's surrogates stand here in what the linear engine gets to see, which reads pairs of them as one character. */
export const surrogateShift = 0x10_00_00 - 0xd8_00;
const surrogates = [0xd8_00, 0xdf_ff] as const;
const mostLength = 100_000;
/** What the engine repeats at most. */
const mostRepeated = 1000;

class Untranslatable extends Error {}

/** The pattern in the syntax of RE2, where it means the same; null = it has none. */
export function linearSource(tree: AST.Pattern, ignoreCase: boolean): LinearSource | null {
  const printer = new Printer(ignoreCase);
  try {
    return { source: printer.alternatives(tree.alternatives), places: printer.places(tree) };
  } catch (error) {
    if (error instanceof Untranslatable) return null;
    throw error;
  }
}

class Printer {
  readonly #ignoreCase: boolean;
  readonly #places = new Map<AST.CapturingGroup, GroupPlace>();
  #rounds: readonly number[] = [];
  #groups = 0;
  #length = 0;

  constructor(ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase;
  }

  places(tree: AST.Pattern): (GroupPlace | null)[] {
    return capturingGroups(tree).map((group) => this.#places.get(group) ?? null);
  }

  alternatives(alternatives: readonly AST.Alternative[]): string {
    return alternatives.map(({ elements }) => this.#sequence(elements)).join("|");
  }

  #sequence(elements: readonly AST.Element[]): string {
    return elements.map((element) => this.#element(element)).join("");
  }

  #element(element: AST.Element): string {
    this.#lengthen(1);
    if (isUnitElement(element)) return this.#units(unitRanges(element, this.#ignoreCase));
    if (element.type === "Assertion") return assertion(element);
    if (element.type === "Group") return `(?:${this.alternatives(element.alternatives)})`;
    if (element.type === "CapturingGroup") return `${this.#open(element)}${this.alternatives(element.alternatives)})`;
    if (element.type === "Quantifier") return this.#quantifier(element);
    throw new Untranslatable();
  }

  #open(group: AST.CapturingGroup): string {
    this.#groups += 1;
    this.#places.set(group, { group: this.#groups, rounds: this.#rounds });
    return "(";
  }

  #quantifier(quantifier: AST.Quantifier): string {
    const { element, min, max, greedy } = quantifier;
    if (max === 0) return "";
    if (!canBeEmpty(element) || min === max) {
      return this.#repeated(element, suffix(min, max, greedy), () => this.#element(element));
    }
    if (min === 0) return this.#nonEmptyRounds(quantifier, 0);
    // The first rounds may be empty, any further one may not.
    if (capturingGroups(element).length === 0) {
      const first = this.#repeated(element, suffix(min, min, true), () => this.#element(element));
      return first + this.#nonEmptyRounds({ ...quantifier, max: max - min }, 0);
    }
    // As if none were empty, unless that changes what is tried first, or how many rounds are left, or it may not match.
    if (min > 1 || max < Infinity || !greedy || hasAssertion(element)) throw new Untranslatable();
    return this.#nonEmptyRounds(quantifier, 0);
  }

  /** A group round what is repeated tells its last round, where groups inside can be left over from an earlier one. */
  #repeated(element: AST.QuantifiableElement, count: string, print: () => string): string {
    const outer = this.#rounds;
    const marked = count !== "?" && count !== "??" && capturingGroups(element).length > 0;
    if (marked) {
      this.#groups += 1;
      this.#rounds = [...outer, this.#groups];
    }
    const text = `${marked ? "(" : "(?:"}${print()})${count}`;
    this.#rounds = outer;
    return text;
  }

  /** The element without its empty matches, in the same order of preference. JavaScript allows no empty round. */
  #nonEmpty(element: AST.Element): string {
    if (!canBeEmpty(element)) return this.#element(element);
    if (element.type === "Assertion") return this.#units([]);
    if (element.type === "Quantifier") return this.#nonEmptyQuantifier(element);
    if (!isGroup(element)) throw new Untranslatable();
    const start = element.type === "Group" ? "(?:" : this.#open(element);
    return `${start}${this.#nonEmptyAlternatives(element.alternatives)})`;
  }

  #nonEmptyAlternatives(alternatives: readonly AST.Alternative[]): string {
    return alternatives.map(({ elements }) => this.#nonEmptySequence(elements)).join("|");
  }

  #nonEmptySequence(elements: readonly AST.Element[]): string {
    const [first, ...rest] = elements;
    if (first === undefined) return this.#units([]);
    if (rest.length === 0) return this.#nonEmpty(first);
    if (!elements.every(canBeEmpty)) return this.#sequence(elements);
    if (first.type === "Assertion") return `${this.#element(first)}(?:${this.#nonEmptySequence(rest)})`;
    // Either the first one takes something, or the others do: in this order where the first one tries nothing last.
    const nothingLast = first.type === "Quantifier" && first.greedy && first.min === 0;
    if (!nothingLast || rest.some((element) => capturingGroups(element).length > 0)) throw new Untranslatable();
    return `${this.#nonEmpty(first)}${this.#sequence(rest)}|${this.#nonEmptySequence(rest)}`;
  }

  #nonEmptyQuantifier({ element, min, max, greedy }: AST.Quantifier): string {
    if (max === 0) return this.#units([]);
    const firstMayBeEmpty = min === 1 && max > 1 && canBeEmpty(element);
    if (min > 1 || (firstMayBeEmpty && (max < Infinity || !greedy || hasAssertion(element))))
      throw new Untranslatable();
    return this.#nonEmptyRounds({ element, max, greedy }, 1);
  }

  #nonEmptyRounds({ element, max, greedy }: Rounds, min: 0 | 1): string {
    return this.#repeated(element, suffix(min, max, greedy), () => this.#nonEmpty(element));
  }

  #units(ranges: UnitRanges): string {
    const [from, to] = ranges;
    const text = ranges.length === 2 && from === to && from !== undefined ? literal(from) : rangeClass(ranges);
    this.#lengthen(text.length);
    return text;
  }

  #lengthen(characters: number): void {
    this.#length += characters;
    if (this.#length > mostLength) throw new Untranslatable();
  }
}

function assertion(element: AST.Assertion): string {
  if (element.kind === "start") return String.raw`\A`;
  if (element.kind === "end") return String.raw`\z`;
  if (element.kind !== "word") throw new Untranslatable();
  return element.negate ? String.raw`\B` : String.raw`\b`;
}

function suffix(min: number, max: number, greedy: boolean): string {
  if (min > mostRepeated || (max !== Infinity && max > mostRepeated)) throw new Untranslatable();
  const lazy = greedy ? "" : "?";
  if (max === Infinity && min < 2) return `${min === 0 ? "*" : "+"}${lazy}`;
  if (max === 1 && min === 0) return `?${lazy}`;
  return `{${min},${max === Infinity ? "" : max}}${lazy}`;
}

function literal(unit: number): string {
  return /^[\w/]$/.test(String.fromCharCode(unit)) ? String.fromCharCode(unit) : escaped(unit);
}

/** A class without anything in it: never matches. */
function rangeClass(ranges: UnitRanges): string {
  let text = "";
  for (let index = 0; index < ranges.length; index += 2) text += range(ranges[index] ?? 0, ranges[index + 1] ?? 0);
  return text === "" ? String.raw`[^\x{0}-\x{10FFFF}]` : `[${text}]`;
}

function range(from: number, to: number): string {
  const parts = [
    [from, Math.min(to, surrogates[0] - 1)],
    [Math.max(from, surrogates[1] + 1), to],
    [Math.max(from, surrogates[0]) + surrogateShift, Math.min(to, surrogates[1]) + surrogateShift],
  ] as const;
  return parts
    .filter(([first, last]) => first <= last)
    .map(([first, last]) => `${escapedUnit(first)}-${escapedUnit(last)}`)
    .join("");
}

function escaped(unit: number): string {
  return escapedUnit(unit >= surrogates[0] && unit <= surrogates[1] ? unit + surrogateShift : unit);
}

function escapedUnit(point: number): string {
  return `\\x{${point.toString(16)}}`;
}
