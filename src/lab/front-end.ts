import type { Clock } from "../util/clock.ts";
import type { LogonSessions } from "./logon-sessions.ts";
import type { Pool } from "./pool.ts";
import type { Personality, Protocol } from "./protocols.ts";
import type { VirtualConnections } from "./rpc/virtual-connections.ts";
import type { UserDirectory } from "./users.ts";

/** "none": a request without credentials is answered as for a guest; credentials that are given are checked. */
export type Authentication = "required" | "none";

/** What a real server takes minutes for; milliseconds. */
export interface LabTimings {
  /** Between two PENDING of MAPI over HTTP. */
  readonly pendingPeriodMs: number;
  /** How long a NotificationWait is parked. */
  readonly notificationWaitMs: number;
  /** Between two envelopes of GetStreamingEvents. */
  readonly streamingEventMs: number;
  /** Between two pings of an RPC OUT channel. */
  readonly rpcPingMs: number;
}

export type LabEvent =
  | {
      readonly type: "request";
      readonly server: string;
      /** Counts the connections of a server from 1. */
      readonly connection: number;
      readonly method: string;
      readonly target: string;
      readonly protocol: Protocol | null;
    }
  /** A PENDING was written; the lab's clock, monotonic milliseconds. */
  | { readonly type: "pending"; readonly server: string; readonly at: number }
  /** A request broke the lab itself. */
  | { readonly type: "failed"; readonly server: string; readonly error: unknown };

/** One server of the lab: what its connections share. */
export interface FrontEnd {
  readonly name: string;
  readonly fqdn: string;
  /** The value of X-FEServer: the NetBIOS name. */
  readonly computer: string;
  readonly personality: Personality;
  readonly authentication: Readonly<Record<Protocol, Authentication>>;
  readonly pools: Readonly<Record<Protocol, Pool>>;
  readonly users: UserDirectory;
  readonly sessions: LogonSessions;
  readonly virtualConnections: VirtualConnections;
  readonly timings: LabTimings;
  readonly oabBytes: number;
  readonly clock: Clock;
  readonly emit: (event: LabEvent) => void;
}
