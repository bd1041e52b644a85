import type { AST } from "@eslint-community/regexpp";
import { findTwoWays, type TwoWays } from "./two-ways.ts";
import { compileLinear } from "./linear-pattern.ts";
import { parseEcmascript } from "./parse-ecmascript.ts";
import { hasAssertion } from "./pattern-tree.ts";
import { positionAutomaton } from "./position-automaton.ts";

/** How a backtracking engine would be kept busy. */
export interface Explosion {
  /** The text of the sub-pattern at fault, and where it begins; 0 = at the first character. */
  readonly part: string;
  readonly position: number;
  /** An input: before, `repeated` again and again, then behind. Each time more doubles the steps at least. */
  readonly before: string;
  readonly repeated: string;
  readonly behind: string;
}

const enough = 30;
const endings = ["!", "\n", "~", " ", "\0", "\u2028", "", "a", "0", "/"];

/**
 * What would take exponential time in a backtracking engine, though not here, and an input on which it would; null = none
 * is known. Takes some milliseconds with larger patterns.
 */
export function explosion(source: string, ignoreCase: boolean): Explosion | null {
  const parsed = parseEcmascript(source);
  const linear = parsed.ok ? compileLinear(parsed.tree, ignoreCase) : null;
  if (!parsed.ok || linear === null) return null;
  const found = explodingLoop(parsed.tree.alternatives, ignoreCase);
  if (found === null || hasAssertion(found.loop)) return null;
  // All ways are tried where none leads to a match.
  const many = found.before + found.repeated.repeat(enough);
  const behind = endings.find((ending) => linear.match(many + ending) === null);
  return behind === undefined ? null : described(found, behind);
}

/** The same for what runs nowhere: whether it matches in the end is not known. */
export function likelyExplosion(alternatives: readonly AST.Alternative[], ignoreCase: boolean): Explosion | null {
  const found = explodingLoop(alternatives, ignoreCase);
  return found === null ? null : described(found, "!");
}

/** `"a" 30 times, then "!"` */
export function explosionText({ before, repeated, behind }: Explosion, times: number): string {
  const start = before === "" ? "" : `${JSON.stringify(before)}, then `;
  const end = behind === "" ? "" : `, then ${JSON.stringify(behind)}`;
  return `${start}${JSON.stringify(repeated)} ${times} times${end}`;
}

function explodingLoop(alternatives: readonly AST.Alternative[], ignoreCase: boolean): TwoWays | null {
  const automaton = positionAutomaton(alternatives, ignoreCase);
  return automaton === null ? null : findTwoWays(automaton);
}

function described({ loop, before, repeated }: TwoWays, behind: string): Explosion {
  return { part: loop.raw, position: loop.start, before, repeated, behind };
}
