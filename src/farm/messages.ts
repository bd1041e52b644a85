import type { Config } from "../config/config.ts";
import type { AdminState } from "../config/farm-config.ts";
import type { LogEventName } from "../observe/log-events.ts";
import type { FaultCode } from "./faults.ts";

/**
 * What the control process (configuration, health, states, numbers) and the forwarding side (workers) tell each other.
 * All of it is plain data that crosses a process boundary; only a `socket` has a handle with it.
 */
export type ToWorker =
  /** A bound socket to listen on, sent with its handle before the first configuration that names it by its key. */
  | { readonly type: "socket"; readonly key: string }
  /** Answered by `applied` once it is in force. Listeners that it names no more end. */
  | { readonly type: "configure"; readonly generation: number; readonly config: Config }
  /** Sent for every member after `configure`, then at each change. */
  | { readonly type: "members"; readonly members: readonly MemberVerdict[] }
  /** All challenges that are open; [] = none any more. Answered with `acme-challenges-set`. */
  | { readonly type: "acme-challenges"; readonly serial: number; readonly challenges: readonly AcmeChallenge[] }
  /** Requests in flight in all workers, by the position of the member in the configuration. */
  | { readonly type: "load"; readonly generation: number; readonly current: readonly number[] }
  /** What clients have sent to one of the workers, who may be this one. */
  | { readonly type: "rates"; readonly by: string; readonly uses: readonly RateUse[] }
  /** Clients that belong to a server lately, as one of the workers, who may be this one, has found. */
  | BindingsMessage
  /** A worker has just started that knows none of the others' bindings: all are to be told once more. */
  | { readonly type: "bindings-wanted" }
  /** Of affinity cookies, in base64; sent before the first configuration. */
  | { readonly type: "cookie-key"; readonly key: string }
  /** Client connections of all workers together. */
  | { readonly type: "connections"; readonly count: number }
  /** For all TLS listeners, 48 bytes in base64: a session of one worker can be resumed on every other one. */
  | { readonly type: "ticket-keys"; readonly keys: string }
  /** The access log's file was moved away: go on with a new one. */
  | { readonly type: "reopen-logs" }
  /** All OCSP responses that are in force, for TLS listeners to staple. */
  | { readonly type: "ocsp-staples"; readonly staples: readonly OcspStaple[] }
  /**
   * Take no new connections, end at `graceMs` at the latest; answered by `stopped`. `successor`: another process serves
   * from now on, so that idle connections need not be closed at once.
   */
  | { readonly type: "stop"; readonly graceMs: number; readonly successor: boolean };

/** A checked answer to the question whether a certificate was revoked. */
export interface OcspStaple {
  /** Of the certificate, SHA-256 as Node writes it. */
  readonly fingerprint: string;
  /** DER in base64. */
  readonly response: string;
}

/** Proves to a certificate authority that this router answers for a host (lower case). */
export type AcmeChallenge =
  /** RFC 8555 8.3 */
  | { readonly type: "http-01"; readonly host: string; readonly token: string; readonly keyAuthorization: string }
  /** RFC 8737: PEM of the certificate with the extension acmeIdentifier. */
  | { readonly type: "tls-alpn-01"; readonly host: string; readonly certificate: string; readonly key: string };

/** Who belongs to whom where clients have no cookie; `by` is a name of the worker's own. */
export interface BindingsMessage {
  readonly type: "bindings";
  readonly by: string;
  readonly farm: string;
  readonly entries: readonly (readonly [client: string, server: string, boundAt: number])[];
}

export interface MemberVerdict {
  readonly farm: string;
  readonly server: string;
  /** "trial": live traffic had taken it out, and one request at a time finds out whether it works again. */
  readonly health: "up" | "down" | "trial";
  readonly state: AdminState;
  /** With the state "unavailable": what is under way ends now. */
  readonly cut: boolean;
  /** Where nobody is available it may be asked all the same. */
  readonly fallback: boolean;
  /** It has just come back: for so long it gets less than its share. */
  readonly warmMs: number;
}

export type ToControl =
  /** A request failed on a member in a way that counts against it. */
  | {
      readonly type: "member-failed";
      readonly farm: string;
      readonly server: string;
      readonly code: FaultCode;
    }
  /** A request that tried the member was answered. */
  | { readonly type: "member-answered"; readonly farm: string; readonly server: string }
  /** Requests wait on the member, and nothing has come from it for a while. */
  | { readonly type: "member-silent"; readonly farm: string; readonly server: string }
  /** Totals since the worker started, sent once a second and when asked. Also the sign that the worker is alive. */
  | { readonly type: "numbers"; readonly members: readonly MemberNumbers[] }
  /** What has changed since the last such message; sent along with the numbers. */
  | { readonly type: "metrics"; readonly rows: readonly MetricRow[] }
  /** The challenges of that serial are answered from now on. */
  | { readonly type: "acme-challenges-set"; readonly serial: number }
  /** Requests in flight in this worker, sent soon after they have changed. */
  | { readonly type: "load"; readonly generation: number; readonly current: readonly number[] }
  /** What clients have sent to this worker lately, for all others; `by` is a name of its own. */
  | { readonly type: "rates"; readonly by: string; readonly uses: readonly RateUse[] }
  /** Clients that this worker has bound to servers lately, for all others. */
  | BindingsMessage
  /** Client connections of this worker, sent soon after they have changed, while there is a limit. */
  | { readonly type: "connections"; readonly count: number }
  /** The configuration is in force. `problems`: the listeners that could not be opened. */
  | { readonly type: "applied"; readonly generation: number; readonly problems: readonly ListenProblem[] }
  /** For the one log, which the control process writes. */
  | { readonly type: "log"; readonly event: LogEventName; readonly fields: Readonly<Record<string, string | number>> }
  /** Nothing runs there any more. */
  | { readonly type: "stopped" };

/** Requests that were let through by a rate limit. */
export interface RateUse {
  /** Its name. */
  readonly limit: string;
  readonly clients: readonly (readonly [client: string, requests: number])[];
}

export interface ListenProblem {
  /** Of the socket. */
  readonly key: string;
  readonly problem: string;
}

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
  /** Connections that carry a request or belong to one client: what has to end before the member has nothing to do. */
  readonly held: number;
  /** Age of the oldest request or pinned connection, measured where the member is being emptied; else 0. */
  readonly oldestMs: number;
}
