import type { AdminState } from "../config/farm-config.ts";

/** What is known of the farms at one moment; the JSON of `GET /api/v1/farms`. Times are ISO 8601 in UTC. */
export interface FarmStatus {
  readonly name: string;
  /** Fewer of them available is worth a warning. */
  readonly minimumServers: number;
  readonly members: readonly MemberStatus[];
}

export interface MemberStatus {
  readonly server: string;
  /** `https://cas1:443` */
  readonly address: string;
  /** What an administrator wants of it. */
  readonly state: AdminState;
  /** Who has said so; null = the configuration. */
  readonly stateSet: StateStatus | null;
  /** Does it work? null: not known yet. */
  readonly healthy: boolean | null;
  /** Live traffic had taken it out, and single requests try it. */
  readonly trial: boolean;
  /** Why it is not healthy: what was asked and what came. */
  readonly reason: string | null;
  /** Since when it has been as healthy as it is. */
  readonly since: string;
  /** null: none yet, or the farm has no check. */
  readonly lastCheck: CheckStatus | null;
  readonly weight: number;
  /** Requests running now. */
  readonly current: number;
  /** Connections that carry a request or belong to one client. */
  readonly held: number;
  /** Age of the oldest of them. */
  readonly oldestMs: number;
  readonly total: number;
  readonly failed: number;
  readonly responseTimeMs: number;
}

/** An operator's word. */
export interface StateStatus {
  /** "server": it stands for all members of the server. */
  readonly scope: "server" | "member";
  readonly by: string;
  readonly at: string;
  readonly note: string;
  /** When what is still under way is ended; null = it may take its time. */
  readonly until: string | null;
  /** It was ended. */
  readonly cut: boolean;
}

export interface CheckStatus {
  readonly asked: string;
  readonly came: string;
  readonly at: string;
  readonly durationMs: number;
}

/** A server with all its members; the JSON of `GET /api/v1/servers`. */
export interface ServerStatus {
  readonly name: string;
  readonly address: string;
  /** Its own, which counts for all its members. */
  readonly state: AdminState;
  readonly stateSet: StateStatus | null;
  readonly members: readonly (MemberStatus & { readonly farm: string })[];
  /** Of all members. */
  readonly held: number;
  readonly oldestMs: number;
}
