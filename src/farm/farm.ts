import type { FarmConfig } from "../config/farm-config.ts";
import { hash32 } from "../util/hash32.ts";
import type { Random } from "../util/random.ts";
import type { Balance } from "./balance/balance.ts";
import { createBalance } from "./balance/balances.ts";
import { rendezvousScore } from "./balance/rendezvous-score.ts";
import { farmMetrics } from "./farm-metrics.ts";
import type { Member } from "./member.ts";

/** What a choice needs beside the members. */
export interface FarmContext {
  readonly random: Random;
  readonly monotonic: () => number;
}

/** What a request goes by, made once and filled again and again; "" = no matter. */
export interface Wish {
  /** What a hash goes by. */
  key: string;
  /** Only the members that serve this host name. */
  host: string;
  /** The member that a client known by this comes to first, in every process the same. */
  owner: string;
}

const noWish: Wish = { key: "", host: "", owner: "" };

/** A member that has just come back gets this part of its share at first. */
const coldest = 0.1;

/** The members that serve one protocol, and the choice among them. */
export class Farm<M extends Member = Member> {
  readonly config: FarmConfig;
  readonly members: readonly M[];
  /** What is counted, as `farmMetrics` says; over reloads the same one. */
  readonly counts: Float64Array;
  readonly #balance: Balance;
  readonly #context: FarmContext;
  /** Members that any request may go to; where there is none, those that may be asked all the same. */
  #usable: readonly M[] = [];
  /** A member may be too busy for another request. */
  #limited = false;
  /** Until then somebody is in its slow start; 0 = nobody. */
  #warmUntil = 0;
  /** The candidates of the present choice; made once. */
  readonly #candidates: M[] = [];

  constructor(config: FarmConfig, members: readonly M[], context: FarmContext, counts = farmMetrics.layout.newRow()) {
    this.counts = counts;
    this.config = config;
    this.members = members;
    this.#context = context;
    this.#balance = createBalance(config.balance, context);
    this.refresh();
  }

  /** After what is known of a member has changed. */
  refresh(): void {
    const available = this.members.filter((member) => member.available);
    this.#usable = available.length > 0 ? available : this.members.filter((member) => member.fallback);
    this.#limited = this.#usable.some(({ config, health }) => config.maxRequests > 0 || health === "trial");
    this.#warmUntil = Math.max(0, ...available.map(({ warmUntil }) => warmUntil));
  }

  /** The member for the next request; null = no member is left, or all are busy. */
  choose(tried: readonly Member[], wish: Wish = noWish): M | null {
    const candidates = this.#candidatesFor(tried, wish);
    return candidates.length === 0 ? null : this.#balance(candidates, wish.key);
  }

  /** May a request be sent there that belongs there already? */
  serves(member: M): boolean {
    return member.open || this.#usable.includes(member);
  }

  /** Is there one beside `member` that was not tried? */
  hasOther(tried: readonly Member[], member: Member | null): boolean {
    for (const other of this.#usable) {
      // After a reload nobody refreshes this farm for the requests that it still has.
      const usable = other.available || other.fallback;
      if (usable && other !== member && !other.full && !tried.includes(other)) return true;
    }
    return false;
  }

  /** Is there a member that could take a request, were it not busy? */
  isBusy(tried: readonly Member[]): boolean {
    return this.#limited && this.#usable.some((member) => !tried.includes(member) && member.full);
  }

  /** The array is the farm's own: it holds until the next choice. */
  #candidatesFor(tried: readonly Member[], wish: Wish): readonly M[] {
    const warming = this.#warmUntil > 0 && this.#isWarming();
    const all = tried.length === 0 && !this.#limited && !warming;
    if (all && wish.host === "" && wish.owner === "") return this.#usable;
    const candidates = this.#candidates;
    this.#collect(tried);
    if (wish.host !== "") keepBest(candidates, wish.host, this.config.affinity?.membersPerHost ?? candidates.length);
    if (warming) this.#spareCold(candidates);
    if (wish.owner !== "") keepBest(candidates, wish.owner, 1);
    return candidates;
  }

  #collect(tried: readonly Member[]): void {
    this.#candidates.length = 0;
    for (const member of this.#usable) if (!tried.includes(member) && !member.full) this.#candidates.push(member);
  }

  #isWarming(): boolean {
    if (this.#context.monotonic() < this.#warmUntil) return true;
    this.#warmUntil = 0;
    return false;
  }

  /** Whatever the balance, members in their slow start take part in a part of the choices only. */
  #spareCold(candidates: M[]): void {
    const { random, monotonic } = this.#context;
    const now = monotonic();
    let kept = 0;
    for (const member of candidates) {
      const cold = member.warmUntil > now;
      if (!cold || random() < warmth(member.warmUntil - now, this.config.slowStartMs)) candidates[kept++] = member;
    }
    // All are cold: somebody has to do it.
    if (kept > 0) candidates.length = kept;
  }
}

function warmth(leftMs: number, slowStartMs: number): number {
  return Math.max(coldest, 1 - leftMs / slowStartMs);
}

/** Leaves the `count` members that rank highest for a key. */
function keepBest(candidates: Member[], key: string, count: number): void {
  if (candidates.length <= count) return;
  const keyHash = hash32(key);
  candidates.sort((one, other) => rendezvousScore(other, keyHash) - rendezvousScore(one, keyHash));
  candidates.length = count;
}
