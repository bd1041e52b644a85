import type { ToWorker } from "../farm/messages.ts";
import type { Clock, Timer } from "../util/clock.ts";

const shareAfterMs = 25;

/** Adds up how busy the workers keep the members, so that each one's least requests are the least of all. */
export class SharedLoad {
  readonly #clock: Clock;
  readonly #send: (message: ToWorker) => void;
  readonly #current = new Map<number, readonly number[]>();
  #generation = 0;
  #timer: Timer | null = null;

  constructor(clock: Clock, send: (message: ToWorker) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Positions mean the members of this configuration from now on. */
  configured(generation: number): void {
    this.#generation = generation;
    if (this.#current.size === 0) return;
    this.#current.clear();
    // What was told last goes on being believed until something else is.
    this.#timer ??= this.#clock.after(shareAfterMs, () => this.#share());
  }

  /** One that was sent under another configuration is ignored. */
  receive(worker: number, generation: number, current: readonly number[]): void {
    if (generation !== this.#generation) return;
    this.#current.set(worker, current);
    this.#timer ??= this.#clock.after(shareAfterMs, () => this.#share());
  }

  workerGone(worker: number): void {
    if (this.#current.delete(worker)) this.#timer ??= this.#clock.after(shareAfterMs, () => this.#share());
  }

  close(): void {
    this.#timer?.cancel();
  }

  #share(): void {
    this.#timer = null;
    const all = [...this.#current.values()];
    const length = Math.max(0, ...all.map((current) => current.length));
    const sum = (index: number): number => all.reduce((total, current) => total + (current[index] ?? 0), 0);
    this.#send({
      type: "load",
      generation: this.#generation,
      current: Array.from({ length }, (_, index) => sum(index)),
    });
  }
}
