import type { SecureVersion } from "node:tls";
import type { Clock } from "../util/clock.ts";
import type { LabCertificates } from "./certificates.ts";
import type { Authentication, LabEvent, LabTimings } from "./front-end.ts";
import type { Personality, Protocol } from "./protocols.ts";
import type { LabUser } from "./users.ts";

/** Everything may be left out. */
export interface LabOptions {
  /** cas1 and cas2 when left out. */
  readonly servers?: readonly LabServerOptions[];
  readonly clock?: Clock;
  /** Made at start when left out and a server has TLS. */
  readonly certificates?: LabCertificates;
  readonly users?: readonly LabUser[];
  readonly timings?: Partial<LabTimings>;
  /** Size of the large file of the offline address book. 8 MiB when left out. */
  readonly oabBytes?: number;
  readonly onEvent?: (event: LabEvent) => void;
}

export interface LabServerOptions {
  readonly name: string;
  /** <name>.tailspintoys.local when left out. */
  readonly fqdn?: string;
  /** 0 or left out = any free port. */
  readonly port?: number;
  /** true when left out. */
  readonly tls?: boolean;
  /** Servers of 2007's days speak nothing newer than "TLSv1". Whatever Node can when left out. */
  readonly maxTlsVersion?: SecureVersion;
  /** "2013" when left out. */
  readonly personality?: Personality;
  /** For all protocols, or for some. "required" when left out. */
  readonly authentication?: Authentication | Partial<Record<Protocol, Authentication>>;
}

export const defaultTimings: LabTimings = {
  pendingPeriodMs: 15_000,
  notificationWaitMs: 300_000,
  streamingEventMs: 5000,
  rpcPingMs: 60_000,
};

export const defaultOabBytes = 8 * 1024 * 1024;
