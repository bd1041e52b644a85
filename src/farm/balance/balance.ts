import type { Random } from "../../util/random.ts";

/** What a balance may know of a member. */
export interface Candidate {
  /** Requests in flight. */
  readonly current: number;
  /** The same in the other workers. */
  readonly elsewhere: number;
  /** Its share relative to the others'; more than 0. */
  readonly weight: number;
  /** Peak moving average of the time to a response's header, as of `latencyAt`; 0 = none yet. */
  readonly latencyMs: number;
  /** Monotonic milliseconds. */
  readonly latencyAt: number;
  /** Bytes of requests and responses so far. */
  readonly traffic: number;
  /** `hash32` of its address: the same in every router. */
  readonly seed: number;
  /** For the balance alone: what smooth round robin owes it. */
  credit: number;
}

/**
 * Picks the member for the next request among the available ones; there is at least one. `key`: what a hash goes by,
 * "" = nothing.
 */
export type Balance = <C extends Candidate>(candidates: readonly C[], key: string) => C;

/** Chance and time, for the balances that need them. */
export interface BalanceContext {
  readonly random: Random;
  /** Milliseconds, of the clock that `latencyAt` goes by. */
  readonly monotonic: () => number;
}

export function inFlight({ current, elsewhere }: Candidate): number {
  return current + elsewhere;
}

/** Requests in flight for each unit of weight. */
export function load(candidate: Candidate): number {
  return inFlight(candidate) / candidate.weight;
}
