import type { Clock } from "../util/clock.ts";

const windowMs = 60_000;
/** So many deaths within the window are met at once. */
const free = 3;
const firstMs = 1000;
const longestMs = 30_000;

/**
 * How long to wait before a dead worker is replaced, told of each death by being called: not at all, but where they keep
 * dying ever longer, so that a fault at the start does not eat the machine.
 */
export function restartDelay(clock: Pick<Clock, "monotonic">): () => number {
  let deaths: number[] = [];
  return () => {
    const now = clock.monotonic();
    deaths = [...deaths.filter((time) => now - time < windowMs), now].slice(-64);
    const surplus = deaths.length - free;
    return surplus <= 0 ? 0 : Math.min(longestMs, firstMs * 2 ** (surplus - 1));
  };
}
