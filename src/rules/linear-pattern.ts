import type { AST } from "@eslint-community/regexpp";
import { RE2JS, RE2JSException, type Matcher } from "re2js";
import { hasFewPositions } from "./few-ways.ts";
import { linearSource, surrogateShift, type GroupPlace } from "./linear-source.ts";
import type { Found, Pattern } from "./matcher.ts";

/** The engine's work for each unit of the input may grow with its instructions; more than the first have to be looked into. */
const fewInstructions = 128;
const mostInstructions = 2000;
const surrogate = /[\ud800-\udfff]/g;
const shifted = /[\udbc0-\udbff][\udc00-\udfff]/g;

/** A pattern for the engine that never goes back; null = the pattern would not mean the same there, or is too large. */
export function compileLinear(tree: AST.Pattern, ignoreCase: boolean): Pattern | null {
  const linear = linearSource(tree, ignoreCase);
  const engine = linear === null ? null : compiled(linear.source);
  if (linear === null || engine === null) return null;
  if (engine.programSize() > fewInstructions && !hasFewPositions(tree, ignoreCase)) return null;
  const match = (input: string): readonly string[] | null => {
    const matcher = engine.matcher(input.replaceAll(surrogate, shift));
    return matcher.find() ? groupsOf(matcher, linear.places) : null;
  };
  const find = (input: string, from: number): Found | null => {
    const before = input.slice(0, from).replaceAll(surrogate, shift);
    const all = before + input.slice(from).replaceAll(surrogate, shift);
    const matcher = engine.matcher(all);
    if (!matcher.find(before.length)) return null;
    const index = unshifted(all.slice(0, matcher.start())).length;
    return { index, captures: groupsOf(matcher, linear.places) };
  };
  return { match, find, groups: linear.places.length, engine: "linear", cost: engine.programSize() };
}

function groupsOf(matcher: Matcher, places: readonly (GroupPlace | null)[]): readonly string[] {
  return [wholeMatch, ...places].map((place) => unshifted(groupText(matcher, place)));
}

function unshifted(text: string): string {
  return text.replaceAll(shifted, unshift);
}

const wholeMatch: GroupPlace = { group: 0, rounds: [] };

function compiled(source: string): RE2JS | null {
  try {
    const engine = RE2JS.compile(source);
    return engine.programSize() > mostInstructions ? null : engine;
  } catch (error) {
    if (error instanceof RE2JSException) return null;
    throw error;
  }
}

/** In JavaScript each round begins with its groups empty, here they keep what they had. */
function groupText(matcher: Matcher, place: GroupPlace | null): string {
  if (place === null) return "";
  const start = matcher.start(place.group);
  if (place.rounds.some((round) => start < matcher.start(round))) return "";
  return matcher.group(place.group) ?? "";
}

function shift(unit: string): string {
  return String.fromCodePoint(unit.charCodeAt(0) + surrogateShift);
}

function unshift(pair: string): string {
  return String.fromCharCode((pair.codePointAt(0) ?? 0) - surrogateShift);
}
