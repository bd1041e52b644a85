import type { Balance, Candidate } from "./balance.ts";
import { leastOf } from "./least-of.ts";

/** The one with the fewest bytes so far for its weight; among equals one after the other. */
export const totalTraffic: Balance = (candidates) => leastOf(candidates, share);

function share({ traffic, weight }: Candidate): number {
  return traffic / weight;
}
