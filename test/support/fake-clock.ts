import type { Clock, Timer } from "../../src/util/clock.ts";

interface Entry {
  due: number;
  readonly periodMs: number | null;
  readonly run: () => void;
}

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  readonly #entries = new Set<Entry>();
  #elapsed = 0;
  readonly #start: number;

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#add({ due: this.#elapsed + delayMs, periodMs: null, run });
  }

  every(periodMs: number, run: () => void): Timer {
    return this.#add({ due: this.#elapsed + periodMs, periodMs, run });
  }

  /** How many timers wait: 0 after everything was closed. */
  get pending(): number {
    return this.#entries.size;
  }

  /** Fires what becomes due, in order; what a timer set off (promises, also over sockets' callbacks) runs before the next. */
  async advance(durationMs: number): Promise<void> {
    const end = this.#elapsed + durationMs;
    await settle();
    for (let entry = this.#next(end); entry; entry = this.#next(end)) {
      this.#elapsed = Math.max(this.#elapsed, entry.due);
      if (entry.periodMs === null) this.#entries.delete(entry);
      else entry.due += entry.periodMs;
      entry.run();
      await settle();
    }
    this.#elapsed = end;
  }

  #add(entry: Entry): Timer {
    this.#entries.add(entry);
    return { cancel: () => this.#entries.delete(entry) };
  }

  #next(end: number): Entry | undefined {
    let next: Entry | undefined;
    for (const entry of this.#entries) if (entry.due <= end && (!next || entry.due < next.due)) next = entry;
    return next;
  }
}

/** Lets pending promise callbacks run, a few deep. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
