import type { ToWorker } from "../farm/messages.ts";
import type { Clock, Timer } from "../util/clock.ts";

const shareAfterMs = 25;

/** Adds up the client connections of the workers, so that `limits.connections` is one limit for all of them. */
export class SharedConnections {
  readonly #clock: Clock;
  readonly #send: (message: ToWorker) => void;
  readonly #counts = new Map<number, number>();
  #timer: Timer | null = null;

  constructor(clock: Clock, send: (message: ToWorker) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** What every worker is told. */
  get message(): ToWorker {
    return { type: "connections", count: [...this.#counts.values()].reduce((sum, count) => sum + count, 0) };
  }

  receive(worker: number, count: number): void {
    this.#counts.set(worker, count);
    this.#shareSoon();
  }

  workerGone(worker: number): void {
    if (this.#counts.delete(worker)) this.#shareSoon();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #shareSoon(): void {
    this.#timer ??= this.#clock.after(shareAfterMs, () => {
      this.#timer = null;
      this.#send(this.message);
    });
  }
}
