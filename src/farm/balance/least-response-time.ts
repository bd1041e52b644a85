import { nextLatency } from "../peak-latency.ts";
import { inFlight, type Balance, type BalanceContext, type Candidate } from "./balance.ts";
import { leastOf } from "./least-of.ts";

/** Times the lowest latency: what is no higher is thought the same, or weights would mean nothing. */
const tolerance = 1.25;

/**
 * The one whose next response is expected first: latency x (1 + requests in flight for its weight); among equals one after
 * the other. One without a latency is tried at once. The longer there is no news of a member, the nearer it is thought to the
 * fastest: so a slow one is tried again some time.
 */
export function leastResponseTime({ monotonic }: Pick<BalanceContext, "monotonic">): Balance {
  // Of the choice being made, so that the cost needs no closure each time; as variables they would be allocated each time.
  const choice = { now: 0, fastest: 1, meanWeight: 1 };

  function cost(candidate: Candidate): number {
    const requests = inFlight(candidate);
    if (candidate.latencyMs === 0 && requests === 0) return 0;
    return (
      expectedLatency(candidate, choice.now, choice.fastest) * (1 + (requests * choice.meanWeight) / candidate.weight)
    );
  }

  return (candidates) => {
    choice.now = monotonic();
    choice.fastest = fastestOf(candidates);
    choice.meanWeight = meanWeightOf(candidates);
    return leastOf(candidates, cost);
  };
}

function expectedLatency({ latencyMs, latencyAt }: Candidate, now: number, fastest: number): number {
  const alike = fastest * tolerance;
  if (latencyMs <= alike) return fastest;
  const expected = nextLatency(latencyMs, now - latencyAt, fastest);
  return expected <= alike ? fastest : expected;
}

/** 1 if no latency is known: then requests in flight alone decide. */
function fastestOf(candidates: readonly Candidate[]): number {
  let fastest = Infinity;
  for (const { latencyMs } of candidates) if (latencyMs > 0 && latencyMs < fastest) fastest = latencyMs;
  return fastest === Infinity ? 1 : fastest;
}

function meanWeightOf(candidates: readonly Candidate[]): number {
  let total = 0;
  for (const { weight } of candidates) total += weight;
  return total / candidates.length;
}
