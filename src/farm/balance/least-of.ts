import type { Candidate } from "./balance.ts";

/** Not below 0. Must give the same for the same candidate until the choice is made. */
export type Cost = (candidate: Candidate) => number;

/** The one with the least cost; among equals one after the other, by weight. */
export function leastOf<C extends Candidate>(candidates: readonly C[], costOf: Cost): C {
  let best: C | undefined;
  let least = Infinity;
  let second = Infinity;
  for (const candidate of candidates) {
    const cost = costOf(candidate);
    if (best === undefined || cost < least) {
      best = candidate;
      second = least;
      least = cost;
    } else if (cost < second) {
      second = cost;
    }
  }
  if (best === undefined) throw new RangeError("a balance needs at least one candidate");
  return second > least ? best : nextInTurn(candidates, costOf, best);
}

/**
 * Smooth weighted round robin, as nginx does it, among those that cost no more than `first`, the first of them: each is
 * owed its weight, the one that is owed most is chosen and pays for all. So 5:1:1 is a a b a c a a.
 */
function nextInTurn<C extends Candidate>(candidates: readonly C[], costOf: Cost, first: C): C {
  const least = costOf(first);
  let chosen = first;
  let total = 0;
  for (const candidate of candidates) {
    if (costOf(candidate) > least) continue;
    candidate.credit += candidate.weight;
    total += candidate.weight;
    if (candidate.credit > chosen.credit) chosen = candidate;
  }
  chosen.credit -= total;
  return chosen;
}
