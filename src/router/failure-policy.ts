import type { FailoverConfig, FarmConfig, LiveTrafficConfig } from "../config/farm-config.ts";
import { faults, type FaultCode } from "../farm/faults.ts";

/** What failures mean in one farm; made once per configuration. */
export interface FailurePolicy {
  /** Does the failure speak against the member? */
  counts(code: FaultCode): boolean;
  /** The same of a response's status. */
  countsStatus(status: number): boolean;
  /** Is another member's answer better than this status? */
  prefersOther(status: number): boolean;
  /** May a request with this method be sent again although a member may have acted on it? */
  mayRepeat(method: string): boolean;
  /** The same where a member has answered that it does not serve. */
  mayRepeatAnswered(method: string): boolean;
}

/** RFC 9110 9.2.1. */
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
/** RFC 9110 9.2.2. */
const idempotentMethods: ReadonlySet<string> = new Set([...safeMethods, "PUT", "DELETE", "TRACE"]);

/** What a gateway says when what is behind it does not work. */
const gatewayStatuses: ReadonlySet<number> = new Set([502, 504]);

export function createFailurePolicy({ failover, liveTraffic }: FarmConfig): FailurePolicy {
  const codes = countedCodes(liveTraffic);
  const statuses: ReadonlySet<number> = new Set(liveTraffic?.statuses);
  const repeated = repeatedMethods(failover);
  const answered = failover.repeat === "any" ? null : safeMethods;
  return {
    counts: (code) => codes.has(code),
    countsStatus: (status) => status >= 500 && statuses.has(status),
    prefersOther: (status) => status === 503 || (gatewayStatuses.has(status) && statuses.has(status)),
    mayRepeat: (method) => repeated?.has(method) ?? true,
    mayRepeatAnswered: (method) => answered?.has(method) ?? true,
  };
}

const connectCodes = ["connect-refused", "connect-timeout", "connect-failed", "tls-failed"] as const;
const timeoutCodes = ["response-timeout", "attempt-timeout"] as const;
const resetCodes = ["member-closed", "bad-response", "response-too-large", "response-cut"] as const;

function countedCodes(live: LiveTrafficConfig | null): ReadonlySet<FaultCode> {
  const codes: FaultCode[] = [
    ...(live?.connect === true ? connectCodes : []),
    ...(live?.timeout === true ? timeoutCodes : []),
    ...(live?.reset === true ? resetCodes : []),
    ...(live !== null && live.statuses.length > 0 ? (["member-503", "member-status"] as const) : []),
  ];
  return new Set(codes.filter((code) => faults[code].counts));
}

/** null = all. */
function repeatedMethods({ repeat }: FailoverConfig): ReadonlySet<string> | null {
  if (repeat === "any") return null;
  return repeat === "safe" ? safeMethods : idempotentMethods;
}
