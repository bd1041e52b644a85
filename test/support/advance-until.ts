import type { FakeClock } from "./fake-clock.ts";
import { quiet } from "./quiet.ts";

const steps = 100;

/** Moves the clock on, a second at a time, until the condition holds: what the time runs out for still moves itself. */
export async function advanceUntil(clock: FakeClock, condition: () => boolean): Promise<void> {
  for (let step = 0; !condition(); step++) {
    if (step === steps) throw new Error(`nothing happened in ${steps} s`);
    await clock.advance(1000);
    await quiet();
  }
}
