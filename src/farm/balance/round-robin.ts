import { candidateAt, type Balance } from "./balance.ts";

/** One after the other. */
export function roundRobin(): Balance {
  let turn = -1;
  return (candidates) => {
    turn = (turn + 1) % candidates.length;
    return candidateAt(candidates, turn);
  };
}
