import type { Clock } from "../util/clock.ts";

const lookEveryMs = 20;

/** Resolves when every member has had its first verdict, or after `limitMs`. */
export async function firstVerdicts(
  control: { readonly ready: () => boolean },
  clock: Clock,
  limitMs: number,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = clock.every(lookEveryMs, () => {
      if (control.ready()) done();
    });
    const limit = clock.after(limitMs, () => done());
    const done = (): void => {
      look.cancel();
      limit.cancel();
      resolve();
    };
  });
}
