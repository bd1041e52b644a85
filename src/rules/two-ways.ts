import type { AST } from "@eslint-community/regexpp";
import type { Position, PositionAutomaton } from "./position-automaton.ts";
import { legibleUnit, shortestLeads } from "./shortest-text.ts";
import { intersection, type UnitRanges } from "./unit-ranges.ts";

/** A loop that can be gone through in two ways by the same text. */
export interface TwoWays {
  readonly loop: AST.Quantifier;
  /** What leads to the loop. */
  readonly before: string;
  /** What goes through it in two ways. */
  readonly repeated: string;
}

/** Two ways through the pattern, side by side, on the same text. */
interface Pair {
  readonly one: number;
  readonly other: number;
  /** Were they ever apart? */
  readonly apart: boolean;
  readonly text: string;
  /** The positions both have been at. */
  readonly trail: readonly number[];
}

const mostPairs = 20_000;

/** From some position back to it in two ways: each time it is gone through again doubles the ways. null = none is found. */
export function findTwoWays({ positions, first }: PositionAutomaton): TwoWays | null {
  const leads = shortestLeads(positions, first);
  let left = mostPairs;
  for (const [start, before] of leads) {
    const search = backInTwoWays(positions, start, left);
    left -= search.looked;
    if (left <= 0) return null;
    const loop = search.found === null ? null : commonLoop(positions, search.found.trail);
    if (search.found !== null && loop !== null) return { loop, before, repeated: search.found.text };
  }
  return null;
}

function backInTwoWays(
  positions: readonly Position[],
  start: number,
  most: number,
): { readonly found: Pair | null; readonly looked: number } {
  const begun: Pair = { one: start, other: start, apart: false, text: "", trail: [] };
  const queue = [begun];
  const seen = new Set<string>();
  let looked = 0;
  for (const pair of queue) {
    for (const next of following(positions, pair)) {
      if ((looked += 1) > most) return { found: null, looked };
      if (next.apart && next.one === start && next.other === start) return { found: next, looked };
      const key = `${next.one} ${next.other} ${next.apart}`;
      if (!seen.has(key)) queue.push(next);
      seen.add(key);
    }
  }
  return { found: null, looked };
}

function* following(positions: readonly Position[], pair: Pair): Generator<Pair> {
  for (const [one, ways] of nextOf(positions, pair.one)) {
    for (const [other] of nextOf(positions, pair.other)) {
      const unit = legibleUnit(intersection(rangesOf(positions, one), rangesOf(positions, other)));
      if (unit === null) continue;
      const twice = pair.one === pair.other && ways > 1;
      const apart = pair.apart || one !== other || twice;
      yield { one, other, apart, text: pair.text + unit, trail: [...pair.trail, one, other] };
    }
  }
}

function nextOf(positions: readonly Position[], position: number): ReadonlyMap<number, number> {
  return positions[position]?.next ?? new Map<number, number>();
}

function rangesOf(positions: readonly Position[], position: number): UnitRanges {
  return positions[position]?.ranges ?? [];
}

/** The smallest loop round all the positions where the two ways can part. */
function commonLoop(positions: readonly Position[], trail: readonly number[]): AST.Quantifier | null {
  const [any, ...rest] = new Set(trail.flatMap((position) => positions[position]?.element ?? []));
  const loops = any === undefined ? [] : loopsAround(any);
  const common = loops.filter((loop) => rest.every((element) => isInside(element, loop)));
  // Where both are always at the same position it takes two loops to part.
  const together = trail.every((position, index) => position === trail[index ^ 1]);
  return (together ? common[1] : null) ?? common[0] ?? null;
}

/** From the inside out. */
function loopsAround(element: AST.Node): AST.Quantifier[] {
  const loops: AST.Quantifier[] = [];
  for (let node: AST.Node | null = element; node !== null; node = node.parent) {
    if (node.type === "Quantifier" && node.max === Infinity) loops.push(node);
  }
  return loops;
}

function isInside(element: AST.Node, loop: AST.Quantifier): boolean {
  return element.start >= loop.start && element.end <= loop.end;
}
