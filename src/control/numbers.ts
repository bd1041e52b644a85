import type { MemberNumbers } from "../farm/messages.ts";
import { memberKey } from "../health/member-key.ts";

export type MemberTotals = Omit<MemberNumbers, "farm" | "server">;

const zero: MemberTotals = { current: 0, total: 0, failed: 0, responseTimeMs: 0, held: 0, oldestMs: 0 };

/**
 * The workers' numbers, summed. Totals never go back: a worker's growth is added, not its total, so that one that ended
 * leaves what it has done, and one that counts from zero again adds to it.
 */
export class Numbers {
  readonly #done = new Map<string, { total: number; failed: number }>();
  readonly #workers = new Map<number, Map<string, MemberTotals>>();

  receive(worker: number, members: readonly MemberNumbers[]): void {
    const last = this.#workers.get(worker) ?? new Map<string, MemberTotals>();
    this.#workers.set(worker, last);
    for (const numbers of members) {
      const key = memberKey(numbers.farm, numbers.server);
      const before = last.get(key) ?? zero;
      const done = this.#done.get(key) ?? { total: 0, failed: 0 };
      const restarted = numbers.total < before.total;
      done.total += numbers.total - (restarted ? 0 : before.total);
      done.failed += numbers.failed - (restarted ? 0 : before.failed);
      this.#done.set(key, done);
      last.set(key, numbers);
    }
  }

  /** How many have reported, of those that run. */
  get workers(): number {
    return this.#workers.size;
  }

  /** It carries nothing any more; what it did stays counted. */
  workerGone(worker: number): void {
    this.#workers.delete(worker);
  }

  /** Forgets members that are not configured any more. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const numbers of [this.#done, ...this.#workers.values()]) {
      for (const key of numbers.keys()) if (!keys.has(key)) numbers.delete(key);
    }
  }

  of(farm: string, server: string): MemberTotals {
    const key = memberKey(farm, server);
    const { total, failed } = this.#done.get(key) ?? zero;
    const perWorker = [...this.#workers.values()].map((members) => members.get(key) ?? zero);
    const current = perWorker.reduce((sum, numbers) => sum + numbers.current, 0);
    const held = perWorker.reduce((sum, numbers) => sum + numbers.held, 0);
    const oldestMs = Math.max(0, ...perWorker.map((numbers) => numbers.oldestMs));
    return { current, total, failed, responseTimeMs: averageResponseTime(perWorker), held, oldestMs };
  }
}

/** Weighted by the requests that each worker has carried. */
function averageResponseTime(perWorker: readonly MemberTotals[]): number {
  const measured = perWorker.filter((numbers) => numbers.responseTimeMs > 0);
  const weight = measured.reduce((sum, numbers) => sum + numbers.total, 0);
  if (weight === 0) return 0;
  return measured.reduce((sum, numbers) => sum + numbers.responseTimeMs * numbers.total, 0) / weight;
}
