import type { AST } from "@eslint-community/regexpp";
import { literalPrefix, plainSequence } from "./literal-prefix.ts";
import { longestSpan } from "./longest-span.ts";
import { parseEcmascript } from "./parse-ecmascript.ts";
import { canBeEmpty, hasAssertion, isGroup, isUnitElement } from "./pattern-tree.ts";
import type { PatternSyntax } from "./rule-config.ts";
import { complement, intersection, lineBreaks, unitRanges } from "./unit-ranges.ts";

/**
 * The whole path segments that every input that matches begins with, lower case: in lower case such an input is the key,
 * or the key and "/" and anything. "" = the empty path, or one whose first segment is empty; null = not known.
 */
export function pathKey(source: string, syntax: PatternSyntax): string | null {
  if (syntax === "exact") return segments(source, true);
  if (syntax === "wildcard") {
    const end = source.search(/[*?]/);
    return end === -1 ? segments(source, true) : segments(source.slice(0, end), false);
  }
  const tree = treeOf(source);
  const prefix = tree === null ? null : literalPrefix(tree);
  return prefix === null ? null : segments(prefix.text, endsSegment(prefix.rest) === "yes");
}

/**
 * Does it certainly match every input without line breaks? `^.*$` does not match one that has some, and a decoded path
 * may have them: who leaves the pattern out has to know that there are none, or does a little more than was asked.
 */
export function matchesAll(source: string, syntax: PatternSyntax): boolean {
  if (syntax !== "ecmascript") return syntax === "wildcard" && /^\*+$/.test(source);
  return treeOf(source)?.alternatives.some((alternative) => spansAll(plainSequence([alternative]))) ?? false;
}

export interface LiteralHost {
  /** Lower case. */
  readonly host: string;
  /** "exact": the name alone; "any-port": the name, with a port or without; "prefix": what begins with it. */
  readonly form: "exact" | "any-port" | "prefix";
}

/**
 * What a pattern for the Host header stands for, where that is a name and nothing else; null = something else. That case
 * is ignored is taken for granted, as it is with names of hosts.
 */
export function literalHost(source: string, syntax: PatternSyntax): LiteralHost | null {
  if (syntax === "exact") return hostOf(source, "exact");
  if (syntax === "wildcard") {
    return source.endsWith("*") ? hostOf(source.replace(/\*+$/, ""), "prefix") : hostOf(source, "exact");
  }
  const tree = treeOf(source);
  const prefix = tree === null ? null : literalPrefix(tree);
  const form = prefix === null ? null : hostForm(prefix.rest);
  return prefix === null || form === null ? null : hostOf(prefix.text, form);
}

/**
 * What a match can span at most, with what lookarounds look at: a number of UTF-16 units; "line" = no number, but never
 * a "\n"; "any" = no bound.
 */
export function longestMatch(source: string, syntax: PatternSyntax): number | "line" | "any" {
  if (syntax === "exact" || (syntax === "wildcard" && !source.includes("*"))) return source.length;
  const tree = syntax === "wildcard" ? null : treeOf(source);
  if (tree === null) return "any";
  const { units, crossesLines } = longestSpan(tree);
  if (units < Infinity) return units;
  return crossesLines ? "any" : "line";
}

function treeOf(source: string): AST.Pattern | null {
  const parsed = parseEcmascript(source);
  return parsed.ok ? parsed.tree : null;
}

/** `whole`: nothing or a "/" comes behind the text. */
function segments(text: string, whole: boolean): string | null {
  const ascii = /^[\0-\u007f]*/.exec(text)?.[0] ?? "";
  if (whole && ascii.length === text.length && (text === "" || !text.endsWith("/"))) return text.toLowerCase();
  const end = ascii.lastIndexOf("/");
  return end === -1 ? null : ascii.slice(0, end).toLowerCase();
}

/** Does what the elements match begin with "/", or at the end of the input? "empty": where they match anything. */
function endsSegment(elements: readonly AST.Element[]): "yes" | "empty" | "no" {
  for (const element of elements) {
    const ends = elementEndsSegment(element);
    if (ends !== "empty") return ends;
  }
  return "empty";
}

function elementEndsSegment(element: AST.Element): "yes" | "empty" | "no" {
  if (element.type === "Character") return element.value === 0x2f ? "yes" : "no";
  if (element.type === "Assertion") return assertionEndsSegment(element);
  if (element.type === "Quantifier") {
    const ends = element.max === 0 ? "empty" : elementEndsSegment(element.element);
    return ends === "yes" && element.min === 0 ? "empty" : ends;
  }
  return isGroup(element) ? alternativesEndSegment(element.alternatives) : "no";
}

function alternativesEndSegment(alternatives: readonly AST.Alternative[]): "yes" | "empty" | "no" {
  const ends = new Set(alternatives.map(({ elements }) => endsSegment(elements)));
  if (ends.has("no")) return "no";
  return ends.has("empty") ? "empty" : "yes";
}

/** An assertion takes nothing: at worst what comes behind it decides. */
function assertionEndsSegment(element: AST.Assertion): "yes" | "empty" {
  if (element.kind === "end") return "yes";
  if (element.kind !== "lookahead" || element.negate) return "empty";
  return alternativesEndSegment(element.alternatives) === "yes" ? "yes" : "empty";
}

/** "^", "$" or both round what can be nothing; with both of them something has to take all that is there. */
function spansAll(elements: readonly AST.Element[]): boolean {
  const start = elements.findIndex((element) => !isEdge(element, "start"));
  const end = elements.findLastIndex((element) => !isEdge(element, "end")) + 1;
  const between = start === -1 ? [] : elements.slice(start, end);
  if (!between.every((element) => isOptional(element) || (canBeEmpty(element) && !hasAssertion(element)))) return false;
  return start === 0 || end === elements.length || between.some(takesAnyLine);
}

function isEdge(element: AST.Element, kind: "start" | "end"): boolean {
  return element.type === "Assertion" && element.kind === kind;
}

function takesAnyLine(element: AST.Element): boolean {
  if (element.type !== "Quantifier" || element.max < Infinity || element.min > 0) return false;
  const [unit, ...more] = isGroup(element.element) ? plainSequence(element.element.alternatives) : [element.element];
  if (unit === undefined || more.length > 0 || !isUnitElement(unit)) return false;
  return intersection(complement(unitRanges(unit, false)), complement(lineBreaks)).length === 0;
}

/** What stands behind the name; null = something that is neither a port nor the end. */
function hostForm(rest: readonly AST.Element[]): LiteralHost["form"] | null {
  const [first, second, ...more] = rest;
  if (first === undefined) return "prefix";
  if (second === undefined) return isEdge(first, "end") ? "exact" : isOptional(first) ? "prefix" : null;
  if (more.length > 0 || !isEdge(second, "end")) return null;
  // There are no line breaks in a header's value.
  return takesAnyLine(first) ? "prefix" : isAnyPort(first) ? "any-port" : null;
}

const isOptional = (element: AST.Element): boolean => element.type === "Quantifier" && element.min === 0;

/** `(:\d+)?`, however it is written. */
function isAnyPort(element: AST.Element): boolean {
  if (element.type !== "Quantifier" || element.min !== 0 || element.max !== 1 || !isGroup(element.element))
    return false;
  const [colon, digits, ...more] = plainSequence(element.element.alternatives);
  return more.length === 0 && colon?.type === "Character" && colon.value === 0x3a && isDigits(digits);
}

function isDigits(element: AST.Element | undefined): boolean {
  if (element?.type !== "Quantifier" || element.min > 1 || element.max < 5) return false;
  return isUnitElement(element.element) && isDigit(unitRanges(element.element, false));
}

const isDigit = ([from, to, ...more]: readonly number[]): boolean => from === 0x30 && to === 0x39 && more.length === 0;

function hostOf(text: string, form: LiteralHost["form"]): LiteralHost | null {
  return /^[\w.-]+$/.test(text) ? { host: text.toLowerCase(), form } : null;
}
