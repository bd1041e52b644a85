import type { FarmConfig } from "../config/config.ts";
import { farmMetrics } from "./farm-metrics.ts";
import type { Balance } from "./balance/balance.ts";
import { createBalance } from "./balance/balances.ts";
import type { Member } from "./member.ts";

/** The members that serve one protocol, and the choice among them. */
export class Farm<M extends Member = Member> {
  readonly config: FarmConfig;
  readonly members: readonly M[];
  available: readonly M[] = [];
  /** What is counted, as `farmMetrics` says; over reloads the same one. */
  readonly counts: Float64Array;
  readonly #balance: Balance;

  constructor(config: FarmConfig, members: readonly M[], counts = farmMetrics.layout.newRow()) {
    this.counts = counts;
    this.config = config;
    this.members = members;
    this.#balance = createBalance(config.balance.name);
    this.refresh();
  }

  /** After a member's `available` has changed. */
  refresh(): void {
    this.available = this.members.filter((member) => member.available);
  }

  /** The member for the next request, none of `tried`; null = no member is left. */
  choose(tried: readonly Member[]): M | null {
    const candidates = tried.length === 0 ? this.available : this.available.filter((member) => !tried.includes(member));
    return candidates.length === 0 ? null : this.#balance(candidates);
  }
}
