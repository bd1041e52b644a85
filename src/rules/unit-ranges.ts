import type { AST } from "@eslint-community/regexpp";
import { caseGroups, caseVariants } from "./case-fold.ts";
import type { UnitElement } from "./pattern-tree.ts";

/** A set of UTF-16 units: pairs of the first and the last of each run, ascending, neither touching nor overlapping. */
export type UnitRanges = readonly number[];

const last = 0xff_ff;
const digits: UnitRanges = [0x30, 0x39];
const words: UnitRanges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const spaces: UnitRanges = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x16_80, 0x16_80, 0x20_00, 0x20_0a, 0x20_28, 0x20_29, 0x20_2f, 0x20_2f, 0x20_5f,
  0x20_5f, 0x30_00, 0x30_00, 0xfe_ff, 0xfe_ff,
];
const escapes = { digit: digits, space: spaces, word: words } as const;
export const lineBreaks: UnitRanges = [0x0a, 0x0a, 0x0d, 0x0d, 0x20_28, 0x20_29];

/** What the element matches, as ECMA-262 says without the flag "u". */
export function unitRanges(element: UnitElement, ignoreCase: boolean): UnitRanges {
  const ranges = merged(plainRanges(element));
  const all = ignoreCase && element.type !== "CharacterSet" ? withVariants(ranges) : ranges;
  return element.type === "CharacterClass" && element.negate ? complement(all) : all;
}

export function complement(ranges: UnitRanges): UnitRanges {
  const bounds = [-1, ...ranges, last + 1];
  const rest: number[] = [];
  for (let index = 0; index < bounds.length; index += 2) {
    const from = (bounds[index] ?? 0) + 1;
    const to = (bounds[index + 1] ?? 0) - 1;
    if (from <= to) rest.push(from, to);
  }
  return rest;
}

export function intersection(one: UnitRanges, other: UnitRanges): UnitRanges {
  return complement(merged([...complement(one), ...complement(other)]));
}

export function hasUnit(ranges: UnitRanges, unit: number): boolean {
  for (let index = 0; index < ranges.length; index += 2) {
    if (unit <= (ranges[index + 1] ?? 0)) return unit >= (ranges[index] ?? 0);
  }
  return false;
}

/** The ranges of what is written, before "^" of a class and before case is ignored; in any order. */
function plainRanges(element: AST.CharacterClassElement | UnitElement): readonly number[] {
  if (element.type === "Character") return [element.value, element.value];
  if (element.type === "CharacterClassRange") return [element.min.value, element.max.value];
  if (element.type === "CharacterClass") return element.elements.flatMap(plainRanges);
  // All else is of the flag "v".
  return element.type === "CharacterSet" ? setRanges(element) : [];
}

function setRanges(set: AST.CharacterSet): UnitRanges {
  if (set.kind === "any") return complement(lineBreaks);
  // \p is of the flags "u" and "v" alone.
  if (set.kind === "property") return [];
  return set.negate ? complement(escapes[set.kind]) : escapes[set.kind];
}

/** Sets such as \w, and the dot, have the variants of all they have. */
function withVariants(ranges: UnitRanges): UnitRanges {
  if (ranges.length === 2 && ranges[0] === ranges[1]) return merged(caseVariants(ranges[0] ?? 0).flatMap(twice));
  const all = [...ranges];
  for (const group of (ranges.at(-1) ?? 0) < 0x80 ? asciiGroups() : caseGroups()) {
    const missing = group.filter((unit) => !hasUnit(ranges, unit));
    if (missing.length < group.length) all.push(...missing.flatMap(twice));
  }
  return merged(all);
}

/** No other character is the same as one of ASCII where case is ignored. */
function asciiGroups(): readonly (readonly number[])[] {
  return Array.from({ length: 26 }, (_, index) => [0x41 + index, 0x61 + index]);
}

const twice = (unit: number): number[] => [unit, unit];

function merged(ranges: readonly number[]): UnitRanges {
  const pairs: [from: number, to: number][] = [];
  for (let index = 0; index < ranges.length; index += 2) pairs.push([ranges[index] ?? 0, ranges[index + 1] ?? 0]);
  pairs.sort(([one], [other]) => one - other);
  const result: number[] = [];
  for (const [from, to] of pairs) {
    const end = result.at(-1);
    if (end !== undefined && from <= end + 1) result[result.length - 1] = Math.max(end, to);
    else result.push(from, to);
  }
  return result;
}
