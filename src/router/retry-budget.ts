const slots = 10;
const slotMs = 1000;
/** So many are always allowed: a small site has few requests to take a part of. */
const floor = 100;

/**
 * Bounds the requests that are sent again to a part of all requests of the last ten seconds: where everything fails, more
 * attempts only add to the load.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #requests = new Float64Array(slots);
  readonly #retries = new Float64Array(slots);
  #slot = 0;
  /** Of the present slot, monotonic milliseconds. */
  #end = slotMs;

  /** `ratio`: 0.2 = a fifth; 0 = no limit. */
  constructor(ratio: number) {
    this.#ratio = ratio;
  }

  /** A request has come. `now`: monotonic milliseconds. */
  request(now: number): void {
    if (now >= this.#end) this.#advance(now);
    this.#requests[this.#slot] = (this.#requests[this.#slot] ?? 0) + 1;
  }

  /** May one be sent again? */
  allows(now: number): boolean {
    if (this.#ratio === 0) return true;
    if (now >= this.#end) this.#advance(now);
    return sum(this.#retries) < floor + this.#ratio * sum(this.#requests);
  }

  /** The same; if so it is counted. */
  take(now: number): boolean {
    if (!this.allows(now)) return false;
    this.#retries[this.#slot] = (this.#retries[this.#slot] ?? 0) + 1;
    return true;
  }

  #advance(now: number): void {
    const steps = Math.min(Math.floor((now - this.#end) / slotMs) + 1, slots);
    for (let step = 0; step < steps; step++) {
      this.#slot = (this.#slot + 1) % slots;
      this.#requests[this.#slot] = 0;
      this.#retries[this.#slot] = 0;
    }
    this.#end = now + slotMs;
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
