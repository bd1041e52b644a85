import type { eventKinds } from "../config/event-kinds.ts";
import type { CheckStatus } from "./farm-status.ts";

type EventKind = (typeof eventKinds)[number];

/** One change; the JSON of `GET /api/v1/events`. Times are ISO 8601 in UTC. */
export interface RouterEvent {
  /** Counts from 1 since the router was started. */
  readonly id: number;
  readonly at: string;
  readonly kind: EventKind;
  /** null: not of one farm. */
  readonly farm: string | null;
  /** null: not of one server. */
  readonly server: string | null;
  /** "up", "down", "available", "drain" …; null: not known before. */
  readonly was: string | null;
  readonly is: string;
  /** Since when it had been `was`. */
  readonly since: string | null;
  /** A sentence for the admin; parts of it may come from a member. */
  readonly why: string;
  /** "check", "configuration", "router", what asked for a configuration, or an operator's name. */
  readonly by: string;
  /** The check that decided it. */
  readonly evidence: CheckStatus | null;
}
