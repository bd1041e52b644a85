import type { RateConfig } from "../config/config.ts";

/** So many clients are remembered per generation, of which there are two. An attacker's addresses must not fill the memory. */
const maxClients = 50_000;
const minGenerationMs = 1000;

/** What is known of one client. */
interface Account {
  readonly client: string;
  /** The monotonic time at which all that it has sent will be paid for. */
  paidAt: number;
  /** Requests since `spent` was last called. */
  fresh: number;
}

/** So many clients are told of at once. */
const maxTold = 1000;
/** Of what the limit allows in the same time: who sends less in each of so many processes stays below it in all. */
const toldShare = 1 / 16;

/**
 * How many requests each client may send: the generic cell rate algorithm, a token bucket that is one number per client.
 * Who has not been seen for so long that his bucket is full again is forgotten without a loss; where more clients come
 * than are remembered, the ones that were quiet longest begin anew with a full bucket.
 */
export class RateLimit {
  readonly config: RateConfig;
  /** How long a client that was refused has to wait at most. */
  readonly retryAfterSeconds: number;
  readonly #shared: boolean;
  readonly #perRequestMs: number;
  readonly #toleranceMs: number;
  readonly #generationMs: number;
  readonly #maxClients: number;
  #young = new Map<string, Account>();
  #old = new Map<string, Account>();
  #youngSince = -Infinity;
  /** Who has sent something since `spent` was last called. */
  #active: Account[] = [];

  /** `shared`: other processes hold to the same limit, and are told by `spent`. */
  constructor(config: RateConfig, { shared = false, most = maxClients } = {}) {
    this.config = config;
    this.#shared = shared;
    this.#perRequestMs = config.perMs / config.requests;
    this.#toleranceMs = this.#perRequestMs * (config.burst - 1);
    this.#generationMs = Math.max(this.#perRequestMs * config.burst, minGenerationMs);
    this.#maxClients = most;
    this.retryAfterSeconds = Math.max(1, Math.ceil(this.#perRequestMs / 1000));
  }

  /** Clients that are remembered. */
  get clients(): number {
    return this.#young.size + this.#old.size;
  }

  /** May the client send one more request now? One that is refused costs nothing. */
  take(client: string, now: number): boolean {
    const account = this.#accountOf(client, now);
    const paidAt = Math.max(account.paidAt, now);
    if (paidAt - now > this.#toleranceMs) return false;
    account.paidAt = paidAt + this.#perRequestMs;
    if (account.fresh++ === 0 && this.#shared) this.#active.push(account);
    return true;
  }

  /** What clients have sent in the last `periodMs`, since this was last called; who sent little is left out. */
  spent(periodMs: number): [client: string, requests: number][] {
    if (this.#active.length === 0) return [];
    const least = (periodMs / this.#perRequestMs) * toldShare;
    const told = this.#active.filter(({ fresh }) => fresh >= least).toSorted((a, b) => b.fresh - a.fresh);
    const list = told.slice(0, maxTold).map(({ client, fresh }): [string, number] => [client, fresh]);
    for (const account of this.#active) account.fresh = 0;
    this.#active = [];
    return list;
  }

  /** The client has sent so many requests to other processes. What was too much before they knew of each other is paid back. */
  spentElsewhere(client: string, requests: number, now: number): void {
    const account = this.#accountOf(client, now);
    account.paidAt = Math.max(account.paidAt, now) + requests * this.#perRequestMs;
  }

  #accountOf(client: string, now: number): Account {
    if (now - this.#youngSince >= this.#generationMs || this.#young.size >= this.#maxClients) this.#age(now);
    const known = this.#young.get(client);
    if (known !== undefined) return known;
    const account = this.#old.get(client) ?? { client, paidAt: 0, fresh: 0 };
    this.#old.delete(client);
    this.#young.set(client, account);
    return account;
  }

  /** Who has not been seen since the last time is forgotten. */
  #age(now: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngSince = now;
  }
}
