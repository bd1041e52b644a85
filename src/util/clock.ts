/** A timer that can be cancelled; cancelling twice is harmless. */
export interface Timer {
  cancel(): void;
}

/** The only source of time. Tests pass a clock that they move by hand. */
export interface Clock {
  /** Milliseconds since 1970, for people and for HTTP dates. */
  now(): number;
  /** Milliseconds that never jump, for measuring. */
  monotonic(): number;
  after(delayMs: number, run: () => void): Timer;
  every(periodMs: number, run: () => void): Timer;
}

/** Beyond it the machine's timers ring at once. */
const longestMs = 2 ** 31 - 1;

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, Math.min(delayMs, longestMs)).unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(periodMs, run) {
    const handle = setInterval(run, periodMs).unref();
    return { cancel: () => clearInterval(handle) };
  },
};
