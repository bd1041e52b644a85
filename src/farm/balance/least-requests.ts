import { candidateAt, type Balance, type Candidate } from "./balance.ts";

/** The one with the fewest requests in flight; among equals one after the other. */
export function leastRequests(): Balance {
  let turn = -1;
  return (candidates) => {
    turn = (turn + 1) % candidates.length;
    let best = candidateAt(candidates, turn);
    for (let step = 1; step < candidates.length; step++) {
      const candidate = candidateAt(candidates, turn + step);
      if (inFlight(candidate) < inFlight(best)) best = candidate;
    }
    return best;
  };
}

function inFlight({ current, elsewhere }: Candidate): number {
  return current + elsewhere;
}
