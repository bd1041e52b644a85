import type { FarmConfig } from "../config/config.ts";
import { farmMetrics } from "./farm-metrics.ts";
import type { Balance, Candidate } from "./balance/balance.ts";
import { createBalance } from "./balance/balances.ts";
import type { Member } from "./member.ts";

/** The members that serve one protocol, and the choice among them. */
export class Farm<M extends Member = Member> {
  readonly config: FarmConfig;
  readonly members: readonly (M & Candidate)[];
  available: readonly (M & Candidate)[] = [];
  /** What is counted, as `farmMetrics` says; over reloads the same one. */
  readonly counts: Float64Array;
  readonly #balance: Balance;

  constructor(config: FarmConfig, members: readonly M[], counts = farmMetrics.layout.newRow()) {
    this.counts = counts;
    this.config = config;
    const idle = { weight: 1, latencyMs: 0, latencyAt: 0, traffic: 0, seed: 0, credit: 0 };
    this.members = members.map((member) => Object.assign(member, idle));
    this.#balance = createBalance({ name: config.balance, bound: 0.25 }, { random: () => 0, monotonic: () => 0 });
    this.refresh();
  }

  /** After a member's `available` has changed. */
  refresh(): void {
    this.available = this.members.filter((member) => member.available);
  }

  /** The member for the next request, none of `tried`; null = no member is left. */
  choose(tried: readonly Member[]): M | null {
    const candidates = tried.length === 0 ? this.available : this.available.filter((member) => !tried.includes(member));
    return candidates.length === 0 ? null : this.#balance(candidates, "");
  }
}
