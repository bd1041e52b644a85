import type { FarmStatus } from "../control/farm-status.ts";
import type { Clock } from "../util/clock.ts";
import { askAdmin } from "./admin-client.ts";

interface FollowOptions {
  readonly admin: string;
  readonly heard: (farms: readonly FarmStatus[]) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const leastMs = 250;
const everyMs = 2000;

/** Asks a router for its farms, now and then, and soon after each `look`. */
export class FarmFollower {
  readonly #options: FollowOptions;
  #wanted = false;
  #wake: () => void = () => undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  look(): void {
    this.#wanted = true;
    this.#wake();
  }

  /** Until the signal ends it. A router that does not answer is asked again. */
  async run(): Promise<void> {
    const { admin, heard, signal } = this.#options;
    while (!signal.aborted) {
      this.#wanted = false;
      const answer = await askAdmin(admin, "/api/v1/farms");
      if (answer.ok && isFarms(answer.body)) heard(answer.body);
      await this.#pause(leastMs, () => false);
      await this.#pause(everyMs - leastMs, () => this.#wanted);
    }
  }

  /** So long, or until `enough` holds. */
  async #pause(ms: number, enough: () => boolean): Promise<void> {
    if (enough()) return;
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        if (!enough()) return;
        timer.cancel();
        resolve();
      };
    });
  }
}

export function isFarms(value: unknown): value is FarmStatus[] {
  return Array.isArray(value) && value.every((farm) => Array.isArray(farm?.members));
}
