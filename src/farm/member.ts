import type { MemberConfig } from "../config/config.ts";
import { memberMetrics } from "./member-metrics.ts";

/** Weight of the newest answer in the average of response times. */
const newest = 0.2;

/** One server in one farm, as the forwarding side sees it: may it be used, and how busy is it. */
export class Member {
  readonly farm: string;
  readonly config: MemberConfig;
  /** Decided by the control side. */
  available = false;
  /** Requests (and tunnels) in flight. */
  current = 0;
  /** The same in the other workers, as of a moment ago. */
  elsewhere = 0;
  total = 0;
  failed = 0;
  /** Moving average of the time to the response's header; 0 = none yet. */
  responseTimeMs = 0;

  /** What else is counted, as `memberMetrics` says; over reloads the same one. */
  readonly counts: Float64Array;

  constructor(farm: string, config: MemberConfig, counts = memberMetrics.layout.newRow()) {
    this.counts = counts;
    this.farm = farm;
    this.config = config;
  }

  answered(durationMs: number): void {
    this.responseTimeMs =
      this.responseTimeMs === 0 ? durationMs : this.responseTimeMs + newest * (durationMs - this.responseTimeMs);
  }
}
