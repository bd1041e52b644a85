import type { Clock } from "../util/clock.ts";
import { AcmeProblem } from "./acme-problem.ts";

export interface PollOptions {
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** For the message when it takes too long. */
  readonly what: string;
}

const firstMs = 250;
const slowestMs = 5000;
const limitMs = 180_000;

/** Asks in growing intervals until the answer is final; rejects after three minutes. */
export async function poll<Answer>(
  ask: () => Promise<Answer>,
  isFinal: (answer: Answer) => boolean,
  { clock, signal, what }: PollOptions,
): Promise<Answer> {
  const start = clock.monotonic();
  for (let waitMs = firstMs; ; waitMs = Math.min(waitMs * 2, slowestMs)) {
    const answer = await ask();
    signal.throwIfAborted();
    if (isFinal(answer)) return answer;
    if (clock.monotonic() - start > limitMs) throw new AcmeProblem(`${what} took the authority too long`);
    await sleep(waitMs, clock, signal);
  }
}

async function sleep(durationMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const aborted = (): void => {
      timer.cancel();
      reject(signal.reason instanceof Error ? signal.reason : new Error("stopped"));
    };
    const timer = clock.after(durationMs, () => {
      signal.removeEventListener("abort", aborted);
      resolve();
    });
    signal.addEventListener("abort", aborted, { once: true });
  });
}
