import type { ListenProblem, ToControl } from "../farm/messages.ts";
import type { Clock } from "../util/clock.ts";

type Applied = Extract<ToControl, { readonly type: "applied" }>;

interface Waiting {
  readonly generation: number;
  readonly problems: ListenProblem[];
  done(missing: readonly number[]): void;
}

/** Waits until every worker that runs, and at least one, has a configuration in force. */
export class Acknowledgements {
  readonly #clock: Clock;
  readonly #ids: () => readonly number[];
  readonly #applied = new Map<number, number>();
  readonly #waiting = new Set<Waiting>();

  /** `ids`: the workers that run now. */
  constructor(clock: Clock, ids: () => readonly number[]) {
    this.#clock = clock;
    this.#ids = ids;
  }

  receive(worker: number, { generation, problems }: Applied): void {
    this.#applied.set(worker, generation);
    for (const waiting of this.#waiting) if (waiting.generation === generation) waiting.problems.push(...problems);
    this.#look();
  }

  workerGone(worker: number): void {
    this.#applied.delete(worker);
    this.#look();
  }

  /** Resolves after `limitMs` at the latest, with the listeners that could not be opened and the workers that are late. */
  async all(
    generation: number,
    limitMs: number,
  ): Promise<{ readonly problems: readonly ListenProblem[]; readonly missing: readonly number[] }> {
    const problems: ListenProblem[] = [];
    const missing = await new Promise<readonly number[]>((resolve) => {
      const limit = this.#clock.after(limitMs, () => waiting.done(this.#missing(generation)));
      const waiting: Waiting = {
        generation,
        problems,
        done: (late) => {
          limit.cancel();
          this.#waiting.delete(waiting);
          resolve(late);
        },
      };
      this.#waiting.add(waiting);
      this.#look();
    });
    return { problems, missing };
  }

  #look(): void {
    // Where none runs at the moment, one will.
    if (this.#ids().length === 0) return;
    for (const waiting of this.#waiting) if (this.#missing(waiting.generation).length === 0) waiting.done([]);
  }

  #missing(generation: number): number[] {
    return this.#ids().filter((id) => (this.#applied.get(id) ?? 0) < generation);
  }
}
