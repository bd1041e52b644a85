import type { RouterEvent } from "./router-event.ts";

/** Events that wait to be delivered, in order. Of too many the oldest are dropped, and counted. */
export class EventQueue {
  readonly #capacity: number;
  #waiting: RouterEvent[] = [];
  #dropped = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Since the last delivery. */
  get dropped(): number {
    return this.#dropped;
  }

  add(event: RouterEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length <= this.#capacity) return;
    this.#waiting.shift();
    this.#dropped++;
  }

  /** The oldest ones, at most `limit`; they wait on until they are delivered or given up. */
  batch(limit: number): RouterEvent[] {
    return this.#waiting.slice(0, limit);
  }

  /** `told`: the number of dropped ones that went out with it. What was dropped while it was on its way was not lost. */
  delivered(batch: readonly RouterEvent[], told: number): void {
    this.#dropped -= told + batch.length - this.#remove(batch);
  }

  givenUp(batch: readonly RouterEvent[]): void {
    this.#dropped += this.#remove(batch);
  }

  /** How many of them still waited. */
  #remove(batch: readonly RouterEvent[]): number {
    const last = batch.at(-1)?.id ?? 0;
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter(({ id }) => id > last);
    return before - this.#waiting.length;
  }
}
