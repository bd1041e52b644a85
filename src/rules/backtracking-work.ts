import type { AST } from "@eslint-community/regexpp";
import { literalAlternatives } from "./literal-alternatives.ts";
import { canBeEmpty, isAnchored, isGroup, isLookaround } from "./pattern-tree.ts";

/** A bound that grows with the length n of the input: constant + perUnit * n. */
interface Bound {
  readonly constant: number;
  readonly perUnit: number;
}

/** In one attempt from one place: in how many ways an element can match, and the steps to go through all of them. */
interface Work {
  readonly ways: Bound;
  readonly steps: Bound;
}

const nothing: Bound = { constant: 0, perUnit: 0 };
const once: Bound = { constant: 1, perUnit: 0 };
const step: Work = { ways: once, steps: once };
/** With what a backtracking engine may be busy at most: for each place of the input, and once for the whole. */
const mostPerUnit = 1024;
const mostPerLookaround = 64;
const mostInAll = 65_536;

/**
 * Can a backtracking engine match this with at most `mostPerUnit` steps for each unit of any input? Conservative: each
 * way through the pattern counts as if it could be taken on any input. What takes more is called slow.
 */
export function isQuick(tree: AST.Pattern): boolean {
  const literal = literalAlternatives(tree.alternatives);
  if (literal !== null) return literal.steps <= mostPerUnit;
  return isSmall(tree.alternatives.map(searchWork).reduce(add, nothing));
}

/**
 * Can all lookarounds be answered in few steps: each by itself, wherever it may be asked, or in a number that grows with
 * the input where it is asked a few times alone?
 */
export function hasQuickLookarounds({ alternatives }: AST.Pattern): boolean {
  return alternatives.every((alternative) => {
    const { elements } = alternative;
    const anchored = isAnchored(alternative);
    return elements.every((element, index) => {
      const before = anchored ? sequenceWork(elements.slice(0, index)) : null;
      const askedOften = before === null || before.ways.perUnit > 0 || !isLookaround(element);
      return askedOften ? lookaroundsIn(element).every(isShortLookaround) : elementWork(element) !== null;
    });
  });
}

function lookaroundsIn(element: AST.Element): AST.LookaroundAssertion[] {
  if (isLookaround(element)) return [element];
  if (element.type === "Quantifier") return lookaroundsIn(element.element);
  if (!isGroup(element)) return [];
  return element.alternatives.flatMap(({ elements }) => elements.flatMap(lookaroundsIn));
}

function isShortLookaround(lookaround: AST.LookaroundAssertion): boolean {
  const work = lookaroundWork(lookaround);
  return work !== null && work.steps.perUnit === 0 && work.steps.constant <= mostPerLookaround;
}

/** The work from all places where a search begins. */
function searchWork(alternative: AST.Alternative): Bound | null {
  const { elements } = alternative;
  const work = sequenceWork(elements);
  if (isAnchored(alternative)) return work === null ? null : add(work.steps, once);
  if (work !== null && work.steps.perUnit === 0) return times({ constant: 0, perUnit: 1 }, work.steps);
  const steps = stepsToFail(elements);
  return steps === null ? null : { constant: 0, perUnit: steps };
}

function sequenceWork(elements: readonly AST.Element[]): Work | null {
  let ways: Bound | null = once;
  let steps: Bound | null = once;
  for (const element of elements) {
    const work = elementWork(element);
    if (work === null) return null;
    steps = add(steps, times(ways, work.steps));
    ways = times(ways, work.ways);
  }
  return workOf(ways, steps);
}

function elementWork(element: AST.Element): Work | null {
  if (isLookaround(element)) return lookaroundWork(element);
  if (isGroup(element)) return alternativesWork(element.alternatives);
  if (element.type === "Quantifier") return element.max === Infinity ? unboundedWork(element) : boundedWork(element);
  // What a backreference stands for may be as long as the input.
  return element.type === "Backreference" ? { ways: once, steps: { constant: 1, perUnit: 1 } } : step;
}

function alternativesWork(alternatives: readonly AST.Alternative[]): Work | null {
  const literal = literalAlternatives(alternatives);
  if (literal !== null) {
    return workOf(small({ constant: literal.ways, perUnit: 0 }), small({ constant: literal.steps, perUnit: 0 }));
  }
  let ways: Bound | null = nothing;
  let steps: Bound | null = nothing;
  for (const { elements } of alternatives) {
    const work = sequenceWork(elements);
    if (work === null) return null;
    ways = add(ways, work.ways);
    steps = add(steps, work.steps);
  }
  return workOf(ways, steps);
}

/** Once a lookaround has said yes or no the engine never goes back into it. */
function lookaroundWork({ alternatives }: AST.LookaroundAssertion): Work | null {
  const work = alternativesWork(alternatives);
  return work === null ? null : { ways: once, steps: work.steps };
}

/** Each repetition has to take a unit at least, in one way alone: then there are n + 1 places where it can end. */
function unboundedWork({ element, min }: AST.Quantifier): Work | null {
  const work = singleWay(element);
  if (work === null || min > mostPerUnit) return null;
  const extra = min * work.steps.constant;
  return {
    ways: { constant: 1, perUnit: 1 },
    steps: { constant: work.steps.constant + extra, perUnit: work.steps.constant },
  };
}

function singleWay(element: AST.QuantifiableElement): Work | null {
  const work = elementWork(element);
  if (work === null || work.steps.perUnit > 0 || work.ways.perUnit > 0 || work.ways.constant !== 1) return null;
  return canBeEmpty(element) ? null : work;
}

function boundedWork({ element, min, max }: AST.Quantifier): Work | null {
  const work = elementWork(element);
  if (work === null || max > mostInAll) return null;
  let ways: Bound | null = min === 0 ? once : nothing;
  let steps: Bound | null = once;
  let power: Bound | null = once;
  for (let count = 1; count <= max; count += 1) {
    steps = add(steps, times(power, work.steps));
    power = times(power, work.ways);
    if (count >= min) ways = add(ways, power);
    if (ways === null || steps === null || power === null) return null;
  }
  return workOf(ways, steps);
}

/**
 * The steps until nothing can fail any more, or all has failed: with an unbounded quantifier as the last element, an
 * attempt that comes to it is the last one. null = they grow with the input.
 */
function stepsToFail(elements: readonly AST.Element[]): number | null {
  const final = elements.at(-1);
  const before = sequenceWork(elements.slice(0, -1));
  if (final === undefined || before === null || before.steps.perUnit > 0 || before.ways.perUnit > 0) return null;
  const steps = finalSteps(final);
  return steps === null ? null : before.steps.constant + before.ways.constant * steps;
}

function finalSteps(element: AST.Element): number | null {
  if (isGroup(element)) {
    const steps = element.alternatives.map(({ elements }) => (elements.length === 0 ? 1 : stepsToFail(elements)));
    return steps.reduce((one, other) => (one === null || other === null ? null : one + other), 0);
  }
  if (element.type !== "Quantifier" || element.max < Infinity) {
    if (element.type === "Quantifier" && element.max === 1) return finalSteps(element.element);
    const work = elementWork(element);
    return work === null || work.steps.perUnit > 0 ? null : work.steps.constant;
  }
  const work = singleWay(element.element);
  return work === null ? null : (element.min + 1) * work.steps.constant;
}

function workOf(ways: Bound | null, steps: Bound | null): Work | null {
  return ways === null || steps === null ? null : { ways, steps };
}

function add(one: Bound | null, other: Bound | null): Bound | null {
  if (one === null || other === null) return null;
  return small({ constant: one.constant + other.constant, perUnit: one.perUnit + other.perUnit });
}

/** null = it grows with the square of the input, or is too large. */
function times(one: Bound | null, other: Bound | null): Bound | null {
  if (one === null || other === null || (one.perUnit > 0 && other.perUnit > 0)) return null;
  const perUnit = one.constant * other.perUnit + one.perUnit * other.constant;
  return small({ constant: one.constant * other.constant, perUnit });
}

function small(bound: Bound): Bound | null {
  return isSmall(bound) ? bound : null;
}

function isSmall(bound: Bound | null): boolean {
  return bound !== null && bound.constant <= mostInAll && bound.perUnit <= mostPerUnit;
}
