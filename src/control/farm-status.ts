/** What is known of the farms at one moment; the JSON of `GET /api/v1/farms`. Times are ISO 8601 in UTC. */
export interface FarmStatus {
  readonly name: string;
  readonly members: readonly MemberStatus[];
}

export interface MemberStatus {
  readonly server: string;
  /** `https://cas1:443` */
  readonly address: string;
  readonly state: "available";
  /** null: not known yet. */
  readonly healthy: boolean | null;
  /** Why it is not healthy: what was asked and what came. */
  readonly reason: string | null;
  /** Since when it has been as it is. */
  readonly since: string;
  /** null: none yet, or the farm has no check. */
  readonly lastCheck: CheckStatus | null;
  /** Requests running now. */
  readonly current: number;
  readonly total: number;
  readonly failed: number;
  readonly responseTimeMs: number;
}

export interface CheckStatus {
  readonly asked: string;
  readonly came: string;
  readonly at: string;
  readonly durationMs: number;
}
