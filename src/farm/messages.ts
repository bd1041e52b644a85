import type { Config } from "../config/config.ts";
import type { FaultCode } from "./faults.ts";

/**
 * What the control process (configuration, health, states, numbers) and the forwarding side (workers) tell each other.
 * All of it is plain data: it could cross a process boundary.
 */
export type ToWorker =
  | { readonly type: "configure"; readonly config: Config }
  /** Sent for every member after `configure`, then at each change. */
  | { readonly type: "members"; readonly members: readonly MemberVerdict[] }
  /** All challenges that are open; [] = none any more. Answered with `acme-challenges-set`. */
  | { readonly type: "acme-challenges"; readonly serial: number; readonly challenges: readonly AcmeChallenge[] };

/** Proves to a certificate authority that this router answers for a host (lower case). */
export type AcmeChallenge =
  /** RFC 8555 8.3 */
  | { readonly type: "http-01"; readonly host: string; readonly token: string; readonly keyAuthorization: string }
  /** RFC 8737: PEM of the certificate with the extension acmeIdentifier. */
  | { readonly type: "tls-alpn-01"; readonly host: string; readonly certificate: string; readonly key: string };

export interface MemberVerdict {
  readonly farm: string;
  readonly server: string;
  /** May new requests be sent there? */
  readonly available: boolean;
}

export type ToControl =
  /** A request failed on a member in a way that counts against it. */
  | {
      readonly type: "member-failed";
      readonly farm: string;
      readonly server: string;
      readonly code: FaultCode;
    }
  /** Totals since the worker started, sent once a second and when asked. */
  | { readonly type: "numbers"; readonly members: readonly MemberNumbers[] }
  /** What has changed since the last such message; sent along with the numbers. */
  | { readonly type: "metrics"; readonly rows: readonly MetricRow[] }
  /** The challenges of that serial are answered from now on. */
  | { readonly type: "acme-challenges-set"; readonly serial: number };

/** What one worker has counted for one subject since it started, as its layout says (`metric-layouts.ts`). */
export interface MetricRow {
  readonly layout: string;
  /** The values of the layout's labels. */
  readonly subject: readonly string[];
  readonly values: readonly number[];
}

export interface MemberNumbers {
  readonly farm: string;
  readonly server: string;
  readonly current: number;
  readonly total: number;
  readonly failed: number;
  /** Average of the last answers' time to the first byte; 0 = none yet. */
  readonly responseTimeMs: number;
}
