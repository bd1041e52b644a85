import type { AST } from "@eslint-community/regexpp";
import { isAnchored, isGroup, isUnitElement, type UnitElement } from "./pattern-tree.ts";
import { unitRanges, type UnitRanges } from "./unit-ranges.ts";

/** For positions, in how many ways each is come to next. */
type Ways = ReadonlyMap<number, number>;

export interface Position {
  /** null = the end of the pattern, which takes no unit. */
  readonly element: UnitElement | null;
  readonly ranges: UnitRanges;
  /** In how many ways a backtracking engine can go on to which position. */
  readonly next: Map<number, number>;
}

/** A pattern as the places in it where one unit is taken each (Glushkov), with the ways between them counted. */
export interface PositionAutomaton {
  readonly positions: readonly Position[];
  readonly first: Ways;
  /** false: an attempt may begin anywhere in the input. */
  readonly anchored: boolean;
}

type Sequence = Pick<AST.Alternative, "elements">;

interface Part {
  readonly first: Ways;
  readonly last: Ways;
  /** In how many ways it takes nothing. */
  readonly empty: number;
}

const mostPositions = 2000;
const mostParts = 4000;
const mostSteps = 50_000;
/** More ways than these are as bad as these. */
const mostWays = 1_000_000;
const nothing: Part = { first: new Map(), last: new Map(), empty: 1 };
const never: Part = { first: new Map(), last: new Map(), empty: 0 };

class TooLarge extends Error {}

/**
 * All assertions are taken to hold, and a backreference for what its group can match or nothing: there may be more ways
 * than in truth, never fewer. null = it is too large.
 */
export function positionAutomaton(alternatives: readonly Sequence[], ignoreCase: boolean): PositionAutomaton | null {
  const builder = new Builder(ignoreCase);
  try {
    const { first } = builder.whole(alternatives);
    return { positions: builder.positions, first, anchored: alternatives.every(isAnchored) };
  } catch (error) {
    if (error instanceof TooLarge) return null;
    throw error;
  }
}

class Builder {
  readonly positions: Position[] = [];
  readonly #ignoreCase: boolean;
  /** The groups that are being gone through: a backreference in its own group stands for nothing. */
  readonly #open: AST.Node[] = [];
  #parts = 0;
  #steps = 0;

  constructor(ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase;
  }

  whole(alternatives: readonly Sequence[]): Part {
    return this.#inSequence(this.alternatives(alternatives), this.#position(null));
  }

  alternatives(alternatives: readonly Sequence[]): Part {
    let all = never;
    for (const { elements } of alternatives) {
      let sequence = nothing;
      for (const element of elements) sequence = this.#inSequence(sequence, this.#element(element));
      all = either(all, sequence);
    }
    return all;
  }

  #element(element: AST.Element): Part {
    // What takes no unit costs time, too.
    if ((this.#parts += 1) > mostParts) throw new TooLarge();
    if (isUnitElement(element)) return this.#position(element);
    if (isGroup(element)) return this.#group(element);
    if (element.type === "Quantifier") return this.#quantifier(element);
    return element.type === "Backreference" ? this.#backreference(element) : nothing;
  }

  #position(element: UnitElement | null): Part {
    const way = new Map([[this.positions.length, 1]]);
    const ranges = element === null ? [] : unitRanges(element, this.#ignoreCase);
    this.positions.push({ element, ranges, next: new Map() });
    if (this.positions.length > mostPositions) throw new TooLarge();
    return { first: way, last: way, empty: 0 };
  }

  #group(group: AST.Group | AST.CapturingGroup): Part {
    this.#open.push(group);
    const part = this.alternatives(group.alternatives);
    this.#open.pop();
    return part;
  }

  #backreference({ resolved }: AST.Backreference): Part {
    let part = nothing;
    for (const group of Array.isArray(resolved) ? resolved : [resolved]) {
      if (!this.#open.includes(group)) part = either(part, this.#group(group));
    }
    return part;
  }

  #quantifier({ element, min, max }: AST.Quantifier): Part {
    const loops = max === Infinity;
    const alone = loops ? min - 1 : min;
    let part = nothing;
    for (let count = 0; count < alone; count += 1) part = this.#inSequence(part, this.#element(element));
    return this.#inSequence(part, loops ? this.#loop(element, min) : this.#optional(element, max - min));
  }

  #loop(element: AST.QuantifiableElement, min: number): Part {
    const round = this.#element(element);
    this.#connect(round.last, round.first);
    if (min === 0) return { ...round, empty: 1 };
    // A first round that takes nothing may be followed by others.
    return round.empty === 0 ? round : either(round, { ...round, empty: 0 });
  }

  /** JavaScript allows no round without a unit that has not to be there. */
  #optional(element: AST.QuantifiableElement, times: number): Part {
    let part = nothing;
    for (let count = 0; count < times; count += 1) {
      const round = this.#element(element);
      part = { ...this.#inSequence({ ...round, empty: 0 }, part), empty: 1 };
    }
    return part;
  }

  #inSequence(one: Part, other: Part): Part {
    this.#connect(one.last, other.first);
    return {
      first: sum(one.first, other.first, one.empty),
      last: sum(other.last, one.last, other.empty),
      empty: capped(one.empty * other.empty),
    };
  }

  #connect(from: Ways, to: Ways): void {
    if ((this.#steps += from.size * to.size) > mostSteps) throw new TooLarge();
    for (const [position, ways] of from) {
      const next = this.positions[position]?.next;
      for (const [target, more] of to) next?.set(target, capped((next.get(target) ?? 0) + ways * more));
    }
  }
}

function either(one: Part, other: Part): Part {
  return {
    first: sum(one.first, other.first, 1),
    last: sum(one.last, other.last, 1),
    empty: capped(one.empty + other.empty),
  };
}

function sum(one: Ways, other: Ways, times: number): Ways {
  if (times === 0 || other.size === 0) return one;
  const all = new Map(one);
  for (const [position, ways] of other) all.set(position, capped((all.get(position) ?? 0) + ways * times));
  return all;
}

function capped(ways: number): number {
  return Math.min(ways, mostWays);
}
