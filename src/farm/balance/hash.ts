import { hash32 } from "../../util/hash32.ts";
import { inFlight, type Balance, type Candidate } from "./balance.ts";
import type { BalanceConfig } from "../../config/farm-config.ts";
import { leastRequests } from "./least-requests.ts";
import { rendezvousScore } from "./rendezvous-score.ts";

/**
 * The same key, the same member, in every router, as long as that one is available and within its bound: of all requests in
 * flight with this one it may carry its share by weight and `bound` more of it, rounded up. Else the next one by score.
 * Without a key the one with the fewest requests.
 */
export function hash({ bound }: Pick<BalanceConfig, "bound">): Balance {
  return (candidates, key) => {
    if (key === "") return leastRequests(candidates, key);
    const allowance = bound === 0 ? Infinity : allowancePerWeight(candidates, bound);
    return bestWithin(candidates, hash32(key), allowance) ?? leastRequests(candidates, key);
  };
}

function allowancePerWeight(candidates: readonly Candidate[], bound: number): number {
  let requests = 1;
  let weight = 0;
  for (const candidate of candidates) {
    requests += inFlight(candidate);
    weight += candidate.weight;
  }
  return ((1 + bound) * requests) / weight;
}

/** One is always within its bound, since the bounds add up to more than the requests in flight. */
function bestWithin<C extends Candidate>(candidates: readonly C[], keyHash: number, allowance: number): C | undefined {
  let best: C | undefined;
  let highest = -Infinity;
  for (const candidate of candidates) {
    if (inFlight(candidate) >= allowance * candidate.weight) continue;
    const score = rendezvousScore(candidate, keyHash);
    if (score <= highest) continue;
    best = candidate;
    highest = score;
  }
  return best;
}
