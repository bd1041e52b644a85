import type { AdminState, MemberConfig } from "../config/farm-config.ts";
import { hash32 } from "../util/hash32.ts";
import { inFlight } from "./balance/balance.ts";
import { memberMetrics } from "./member-metrics.ts";
import type { MemberVerdict } from "./messages.ts";
import { nextLatency } from "./peak-latency.ts";

/** Weight of the newest answer in the average of response times. */
const newest = 0.2;

/** For the balance, after a failure: no answer takes longer, and within a minute or so it is forgotten. */
const failedMs = 60_000;

/** One server in one farm, as the forwarding side sees it: may it be used, and how busy is it. */
export class Member {
  readonly farm: string;
  config: MemberConfig;
  /** Decided by the control side. "trial": one request at a time finds out whether it works again. */
  health: MemberVerdict["health"] = "down";
  state: AdminState = "available";
  /** May be asked where nobody is available. */
  fallback = false;
  /** Monotonic milliseconds: until then it is given less than its share; 0 = it is not. */
  warmUntil = 0;
  /** Requests (and tunnels) in flight. */
  current = 0;
  /** The same in the other workers, as of a moment ago. */
  elsewhere = 0;
  total = 0;
  failed = 0;
  /** Moving average of the time to the response's header; 0 = none yet. */
  responseTimeMs = 0;
  /** The same, but it follows a slow answer at once and forgets it slowly; for the balance. */
  latencyMs = 0;
  /** When that was, monotonic milliseconds. */
  latencyAt = 0;
  /** Does the balance want to know it? */
  tracksLatency = false;
  /** Bytes of requests and responses since the start, or what puts a newcomer on a level with the others. */
  traffic = 0;
  /** It was not available before, and has not been given a request yet. */
  justReturned = true;
  /** For the balance alone. */
  credit = 0;
  /** Monotonic milliseconds: the first request sent since anything came from it; 0 = none. */
  silentSince = 0;

  /** Hears that it has one request less; null = nobody waits for that. */
  freed: (() => void) | null = null;

  /** What else is counted, as `memberMetrics` says; over reloads the same one. */
  readonly counts: Float64Array;
  #seed: number;

  constructor(farm: string, config: MemberConfig, counts = memberMetrics.layout.newRow()) {
    this.counts = counts;
    this.farm = farm;
    this.config = config;
    this.#seed = seedOf(config);
  }

  /** Another configuration of the same address. */
  configure(config: MemberConfig): void {
    // With another weight it would have carried far too much, or too little.
    this.traffic *= config.weight / this.config.weight;
    this.config = config;
    this.#seed = seedOf(config);
  }

  /** May any new request be sent there? */
  get available(): boolean {
    return this.health !== "down" && this.state === "available";
  }

  /** May requests be sent there that belong there already? */
  get open(): boolean {
    return this.health !== "down" && this.state !== "unavailable";
  }

  get weight(): number {
    return this.config.weight;
  }

  /** Of its address: the same in every router. */
  get seed(): number {
    return this.#seed;
  }

  /** It works on as many requests as it may. */
  get full(): boolean {
    // More than one that tries it would be lost with it.
    return this.health === "trial" ? this.current > 0 : this.atLimit;
  }

  /** The same of one on whose connections requests come that can go nowhere else. */
  get atLimit(): boolean {
    const { maxRequests } = this.config;
    return maxRequests > 0 && inFlight(this) >= maxRequests;
  }

  /** `now`: monotonic milliseconds. */
  answered(durationMs: number, now: number): void {
    this.responseTimeMs =
      this.responseTimeMs === 0 ? durationMs : this.responseTimeMs + newest * (durationMs - this.responseTimeMs);
    if (!this.tracksLatency) return;
    this.latencyMs = nextLatency(this.latencyMs, now - this.latencyAt, durationMs);
    this.latencyAt = now;
  }

  /** What fails fast must not look fast. `now`: monotonic milliseconds. */
  hasFailed(now: number): void {
    this.latencyMs = failedMs;
    this.latencyAt = now;
  }
}

function seedOf({ host, port }: MemberConfig): number {
  return hash32(`${host.toLowerCase()}:${port}`);
}
