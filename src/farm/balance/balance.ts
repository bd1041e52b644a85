/** What a balance may know of a member. */
export interface Candidate {
  /** Requests in flight. */
  readonly current: number;
  /** The same in the other workers. */
  readonly elsewhere: number;
}

/** Picks the member for the next request among the available ones; there is at least one. */
export type Balance = <C extends Candidate>(candidates: readonly C[]) => C;

/** The candidate at an index that is taken round the end. */
export function candidateAt<C extends Candidate>(candidates: readonly C[], index: number): C {
  const candidate = candidates[index % candidates.length];
  if (candidate === undefined) throw new RangeError("a balance needs at least one candidate");
  return candidate;
}
