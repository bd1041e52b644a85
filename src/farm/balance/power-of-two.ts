import { load, type Balance, type BalanceContext, type Candidate } from "./balance.ts";

/**
 * Draws two by weight and takes the one with fewer requests in flight for its weight. Many routers that know little of each
 * other do not all run to the same member.
 */
export function powerOfTwo({ random }: Pick<BalanceContext, "random">): Balance {
  return (candidates) => {
    const first = draw(candidates, random(), null);
    const second = draw(candidates, random(), first);
    return load(second) < load(first) ? second : first;
  };
}

/** One by chance, in [0, 1), and weight; never `except` if there is another one. */
function draw<C extends Candidate>(candidates: readonly C[], chance: number, except: C | null): C {
  let total = 0;
  for (const candidate of candidates) if (candidate !== except) total += candidate.weight;
  let rest = chance * total;
  let drawn = except;
  for (const candidate of candidates) {
    if (candidate === except) continue;
    drawn = candidate;
    rest -= candidate.weight;
    if (rest < 0) break;
  }
  if (drawn === null) throw new RangeError("a balance needs at least one candidate");
  return drawn;
}
