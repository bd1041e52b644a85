/** A client that does nothing but ask for work gets so far at once … */
const most = 10_000;
/** … and so much per second. */
const perSecond = 200;

/** What frames cost that make work here and none for who sends them. 200 cancelled requests at once are too many. */
export const frameCost = {
  /** A request that its client reset before it was answered (CVE-2023-44487); one that is answered makes good for it. */
  reset: 50,
  settings: 50,
  ping: 10,
  /** A few bytes of a body that wait for the member, each piece with memory of its own. */
  smallPiece: 1,
} as const;

/** Limits frames that cost this side more than the other one, over a whole connection. */
export class FrameBudget {
  readonly #monotonic: () => number;
  #left = most;
  #at: number;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#at = monotonic();
  }

  /** false = it is used up. */
  spend(cost: number): boolean {
    const now = this.#monotonic();
    this.#left = Math.min(most, this.#left + ((now - this.#at) / 1000) * perSecond) - cost;
    this.#at = now;
    return this.#left >= 0;
  }

  earn(cost: number): void {
    this.#left = Math.min(most, this.#left + cost);
  }
}
