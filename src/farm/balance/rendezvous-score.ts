import { mix32 } from "../../util/hash32.ts";
import type { Candidate } from "./balance.ts";

/**
 * Weighted rendezvous (highest random weight): the member with the highest score is the key's. Each gets keys by its weight;
 * when one goes only its keys move, when a weight grows keys move to that member alone. `keyHash`: `hash32` of the key.
 */
export function rendezvousScore({ seed, weight }: Pick<Candidate, "seed" | "weight">, keyHash: number): number {
  const chance = (mix32(keyHash, seed) + 0.5) / 2 ** 32;
  return -weight / Math.log(chance);
}
