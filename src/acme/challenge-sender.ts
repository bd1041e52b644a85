import type { AcmeChallenge, ToWorker } from "../farm/messages.ts";
import type { Clock } from "../util/clock.ts";

interface ChallengeSenderOptions {
  readonly clock: Clock;
  /** To every worker. */
  readonly send: (message: ToWorker) => void;
  /** How many workers answer. */
  readonly workers: () => number;
}

/** Puts challenges in force in all workers. */
export interface ChallengeSender {
  /** These and no others. Resolves when all workers answer them, or one has kept silent for five seconds. */
  set(challenges: readonly AcmeChallenge[]): Promise<void>;
  /** A worker has told that it answers them. */
  acknowledged(serial: number): void;
  /** For a worker that starts in the middle. */
  current(): ToWorker;
}

const patienceMs = 5000;

export function createChallengeSender({ clock, send, workers }: ChallengeSenderOptions): ChallengeSender {
  let message: Extract<ToWorker, { type: "acme-challenges" }> = { type: "acme-challenges", serial: 0, challenges: [] };
  let missing = 0;
  let done: (() => void) | null = null;
  return {
    async set(challenges) {
      done?.();
      message = { type: "acme-challenges", serial: message.serial + 1, challenges };
      missing = workers();
      await new Promise<void>((resolve) => {
        const timer = clock.after(patienceMs, () => done?.());
        done = () => {
          timer.cancel();
          resolve();
        };
        send(message);
        if (missing <= 0) done();
      });
    },
    acknowledged(serial) {
      if (serial !== message.serial) return;
      missing -= 1;
      if (missing === 0) done?.();
    },
    current: () => message,
  };
}
