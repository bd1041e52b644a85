import type { Clock, Timer } from "./clock.ts";

const tickMs = 100;
const slotCount = 1024;

/** A time-out that is made once and armed again and again; moving it later costs an assignment and a look at the clock. */
export class Timeout {
  /** In the wheel's time; 0 = not armed. */
  deadline = 0;
  slot = -1;
  previous: Timeout | null = null;
  next: Timeout | null = null;
  readonly run: () => void;

  constructor(run: () => void) {
    this.run = run;
  }
}

/**
 * Coarse time-outs for very many connections: one interval drives all of them. They fire up to 200 ms late (the rest of
 * a tick, and the interval may come anywhere in the next one), or as late as the event loop itself is, never early.
 * `now` is the coarse time of the last tick.
 */
export class TimerWheel {
  now: number;
  readonly #slots: (Timeout | null)[] = Array.from({ length: slotCount }, () => null);
  readonly #clock: Clock;
  readonly #interval: Timer;
  #tick = 0;
  readonly #start: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.monotonic();
    this.now = 1;
    this.#interval = clock.every(tickMs, () => this.#advance());
  }

  /** Fires `delayMs` from now; 0 = never. An armed time-out is moved. */
  arm(timeout: Timeout, delayMs: number): void {
    if (delayMs <= 0) {
      this.disarm(timeout);
      return;
    }
    // Not from `now`: after a stall it is old, and a time-out armed before the next tick would fire early.
    const deadline = this.#clock.monotonic() - this.#start + 1 + delayMs;
    const sooner = timeout.slot === -1 || deadline < timeout.deadline;
    timeout.deadline = deadline;
    // A later deadline is found out when the slot comes round; only a sooner one has to move.
    if (sooner) {
      if (timeout.slot !== -1) this.#unlink(timeout);
      this.#link(timeout);
    }
  }

  disarm(timeout: Timeout): void {
    timeout.deadline = 0;
    if (timeout.slot !== -1) this.#unlink(timeout);
  }

  close(): void {
    this.#interval.cancel();
  }

  #advance(): void {
    const elapsed = Math.floor((this.#clock.monotonic() - this.#start) / tickMs);
    // After a long stall (suspended machine) one full turn visits every slot.
    if (elapsed - this.#tick > slotCount) this.#tick = elapsed - slotCount;
    while (this.#tick < elapsed) {
      this.#tick += 1;
      this.now = this.#tick * tickMs + 1;
      this.#fire(this.#tick % slotCount);
    }
  }

  /** Takes one at a time from the head: what runs may arm and disarm any other; nothing is ever put into this slot. */
  #fire(slot: number): void {
    for (let timeout = this.#slots[slot]; timeout; timeout = this.#slots[slot]) {
      this.#unlink(timeout);
      if (timeout.deadline > this.now) this.#link(timeout);
      else {
        timeout.deadline = 0;
        timeout.run();
      }
    }
  }

  #link(timeout: Timeout): void {
    const ticks = Math.min(Math.max(Math.ceil((timeout.deadline - this.now) / tickMs), 1), slotCount - 1);
    const slot = (this.#tick + ticks) % slotCount;
    timeout.slot = slot;
    const head = this.#slots[slot] ?? null;
    timeout.next = head;
    if (head !== null) head.previous = timeout;
    this.#slots[slot] = timeout;
  }

  #unlink(timeout: Timeout): void {
    if (timeout.previous === null) this.#slots[timeout.slot] = timeout.next;
    else timeout.previous.next = timeout.next;
    if (timeout.next !== null) timeout.next.previous = timeout.previous;
    timeout.slot = -1;
    timeout.previous = null;
    timeout.next = null;
  }
}
