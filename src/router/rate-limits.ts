import { randomUUID } from "node:crypto";
import type { RateConfig } from "../config/config.ts";
import type { RateUse, ToControl } from "../farm/messages.ts";
import { RateLimit } from "./rate-limit.ts";

type RateMessage = Extract<ToControl, { readonly type: "rates" }>;

/**
 * The rate limits of this process by name. Where other processes forward as well they tell each other what clients have
 * sent, so that each limit is one for all of them.
 */
export class RateLimits {
  readonly #shared: boolean;
  readonly #id = randomUUID();
  #limits = new Map<string, RateLimit>();
  #former = new Map<string, RateLimit>();

  constructor(shared: boolean) {
    this.#shared = shared;
  }

  /** A configuration is about to be put in force: what it does not ask for by `limit` is forgotten at the next one. */
  begin(): void {
    this.#former = this.#limits;
    this.#limits = new Map();
  }

  /** The one that is in use already under this name, if its numbers are the same. */
  limit(name: string, config: RateConfig): RateLimit {
    const former = this.#former.get(name);
    const limit =
      former !== undefined && same(former.config, config) ? former : new RateLimit(config, { shared: this.#shared });
    this.#limits.set(name, limit);
    return limit;
  }

  /** Tells the other processes what clients have sent since the last call, `everyMs` ago. */
  report(send: (message: RateMessage) => void, everyMs: number): void {
    const uses: RateUse[] = [];
    for (const [limit, rate] of this.#limits) {
      const clients = rate.spent(everyMs);
      if (clients.length > 0) uses.push({ limit, clients });
    }
    if (uses.length > 0) send({ type: "rates", by: this.#id, uses });
  }

  /** What one of the processes, maybe this one, has told. */
  receive({ by, uses }: RateMessage, now: number): void {
    if (by === this.#id) return;
    for (const { limit, clients } of uses) {
      const rate = this.#limits.get(limit);
      for (const [client, requests] of clients) rate?.spentElsewhere(client, requests, now);
    }
  }
}

function same(one: RateConfig, other: RateConfig): boolean {
  return one.requests === other.requests && one.perMs === other.perMs && one.burst === other.burst;
}
