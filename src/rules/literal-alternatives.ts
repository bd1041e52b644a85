import type { AST } from "@eslint-community/regexpp";
import { foldCase } from "./case-fold.ts";

interface LiteralWork {
  /** How many of them can match at one place at most. */
  readonly ways: number;
  /** The comparisons at one place, one alternative after the other, at most. */
  readonly steps: number;
}

const longest = 256;

/**
 * For alternatives that are plain text, as in a list of names: an input can be like one of them, and like others as far
 * as these begin alike. null = some are more than text, or long, or there is one alone.
 */
export function literalAlternatives(alternatives: readonly AST.Alternative[]): LiteralWork | null {
  if (alternatives.length === 1) return null;
  const texts: string[] = [];
  for (const { elements } of alternatives) {
    const text = literalText(elements);
    if (text === null || text.length > longest) return null;
    texts.push(foldCase(text));
  }
  const beginnings = count(texts.flatMap(beginningsOf));
  const whole = count(texts);
  const most = (counts: ReadonlyMap<string, number>): number =>
    Math.max(...texts.map((text) => beginningsOf(text).reduce((sum, each) => sum + (counts.get(each) ?? 0), 0)));
  return { ways: most(whole), steps: most(beginnings) };
}

function literalText(elements: readonly AST.Element[]): string | null {
  let text = "";
  for (const element of elements) {
    if (element.type !== "Character") return null;
    text += String.fromCharCode(element.value);
  }
  return text;
}

/** From "" to the whole. */
function beginningsOf(text: string): string[] {
  return Array.from({ length: text.length + 1 }, (_, end) => text.slice(0, end));
}

function count(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
