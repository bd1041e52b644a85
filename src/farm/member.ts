import type { MemberConfig } from "../config/config.ts";

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
  total = 0;
  failed = 0;
  /** Moving average of the time to the response's header; 0 = none yet. */
  responseTimeMs = 0;

  constructor(farm: string, config: MemberConfig) {
    this.farm = farm;
    this.config = config;
  }

  answered(durationMs: number): void {
    this.responseTimeMs =
      this.responseTimeMs === 0 ? durationMs : this.responseTimeMs + newest * (durationMs - this.responseTimeMs);
  }
}
