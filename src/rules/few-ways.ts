import type { AST } from "@eslint-community/regexpp";
import { hasQuickLookarounds } from "./backtracking-work.ts";
import { positionAutomaton, type PositionAutomaton } from "./position-automaton.ts";
import { hasUnit } from "./unit-ranges.ts";

/** With how many next positions a backtracking engine may be busy at each unit of the input. */
const mostSteps = 64;
/** Lookarounds may be asked at each of them. */
const mostStepsAround = 16;
/** The linear engine goes through all ways side by side. */
const mostStepsSideBySide = 200;
/** How much is looked at before it is given up; with many positions more for each. */
const mostStates = 100;
const mostStatesEach = 4;
const mostLookedAt = 20_000;
const mostLookedAtEach = 200;

/**
 * Are there so few ways at once through any input that a backtracking engine takes a bounded number of steps for each of
 * its units? Goes through all that an input can lead to: the positions where the pattern can be after it, with the number
 * of ways to each. Where these turn out to be finitely many, each with few ways, no input has more.
 */
export function hasFewWays(tree: AST.Pattern, ignoreCase: boolean): boolean {
  if (!hasQuickLookarounds(tree)) return false;
  const automaton = positionAutomaton(tree.alternatives, ignoreCase);
  const steps = /\(\?<?[=!]/.test(tree.raw) ? mostStepsAround : mostSteps;
  return automaton !== null && new Exploration(automaton, { steps, ways: Infinity, effort: 1 }).isBounded();
}

/** Are there few positions at once where the pattern can be, in however many ways? Then the linear engine is quick. */
export function hasFewPositions(tree: AST.Pattern, ignoreCase: boolean): boolean {
  const automaton = positionAutomaton(tree.alternatives, ignoreCase);
  return (
    automaton !== null && new Exploration(automaton, { steps: mostStepsSideBySide, ways: 1, effort: 10 }).isBounded()
  );
}

/** The positions where the pattern can be, with the number of ways to each. */
type State = ReadonlyMap<number, number>;

interface ExplorationLimits {
  readonly steps: number;
  /** More ways to one position count as these. */
  readonly ways: number;
  /** How many times as much as usual is looked at. */
  readonly effort: number;
}

class Exploration {
  readonly #automaton: PositionAutomaton;
  readonly #limits: ExplorationLimits;
  /** One unit for each set of units that no position tells apart. */
  readonly #units: readonly number[];
  /** Which of the units each position takes. */
  readonly #taken: readonly (readonly boolean[])[];
  #lookedAt = 0;

  constructor(automaton: PositionAutomaton, limits: ExplorationLimits) {
    this.#automaton = automaton;
    this.#limits = limits;
    this.#units = telling(automaton);
    this.#taken = automaton.positions.map(({ ranges }) => this.#units.map((unit) => hasUnit(ranges, unit)));
  }

  isBounded(): boolean {
    const size = this.#automaton.positions.length;
    const mostFound = this.#limits.effort * (mostStates + mostStatesEach * size);
    const most = this.#limits.effort * (mostLookedAt + mostLookedAtEach * size);
    const start = this.#units.map((_, index) => this.#begun(index));
    const found = new Map<string, State>(start.map((state) => [keyOf(state), state]));
    for (const state of found.values()) {
      if (found.size > mostFound || this.#stepsFrom(state) > this.#limits.steps) return false;
      for (const index of this.#units.keys()) {
        const next = this.#after(state, index);
        if (this.#lookedAt > most || hasGrown(state, next)) return false;
        found.set(keyOf(next), next);
      }
    }
    return true;
  }

  #stepsFrom(state: State): number {
    const { anchored, first } = this.#automaton;
    let steps = anchored ? 0 : [...first.values()].reduce((all, ways) => all + Math.min(ways, this.#limits.ways), 0);
    for (const [position, ways] of state) {
      for (const more of this.#next(position).values()) steps += ways * Math.min(more, this.#limits.ways);
    }
    return steps;
  }

  #next(position: number): ReadonlyMap<number, number> {
    return this.#automaton.positions[position]?.next ?? new Map<number, number>();
  }

  #after(state: State, unit: number): State {
    const after = this.#automaton.anchored ? new Map<number, number>() : this.#begun(unit);
    for (const [position, ways] of state) this.#add(after, { next: this.#next(position), ways, unit });
    return after;
  }

  #begun(unit: number): Map<number, number> {
    const state = new Map<number, number>();
    this.#add(state, { next: this.#automaton.first, ways: 1, unit });
    return state;
  }

  #add(state: Map<number, number>, from: { next: ReadonlyMap<number, number>; ways: number; unit: number }): void {
    this.#lookedAt += from.next.size;
    for (const [target, more] of from.next) {
      if (this.#taken[target]?.[from.unit] !== true) continue;
      state.set(target, Math.min(this.#limits.ways, (state.get(target) ?? 0) + from.ways * more));
    }
  }
}

/** More ways to the same positions: by the same unit again there will be more still. */
function hasGrown(before: State, after: State): boolean {
  let grown = false;
  if (before.size !== after.size) return false;
  for (const [position, ways] of after) {
    const earlier = before.get(position);
    if (earlier === undefined || ways < earlier) return false;
    grown ||= ways > earlier;
  }
  return grown;
}

function telling({ positions }: PositionAutomaton): number[] {
  const units = new Set([0]);
  for (const { ranges } of positions) {
    for (let index = 0; index < ranges.length; index += 2)
      units.add(ranges[index] ?? 0).add((ranges[index + 1] ?? 0) + 1);
  }
  return [...units].filter((unit) => unit <= 0xff_ff);
}

function keyOf(state: State): string {
  return [...state].toSorted(([one], [other]) => one - other).join(" ");
}
