import type { Protocol } from "./protocols.ts";

export type PoolState = "running" | "stopped" | "hung" | "slow";

export const poolFaults = ["reset", "close-early", "garbage", "stall"] as const;

/**
 * What goes wrong with a request, but never with a health check: "reset" = RST behind the request, "close-early" = the
 * connection closes in the middle of the body, "garbage" = an answer that is no HTTP, "stall" = a header and nothing more.
 */
export type PoolFault = (typeof poolFaults)[number];

/** The application pool of one protocol on one server. */
export interface Pool {
  readonly protocol: Protocol;
  state: PoolState;
  /** Of every answer while "slow". */
  delayMs: number;
  fault: PoolFault | null;
  /** How many requests the fault still meets. */
  faultsLeft: number;
  /** Without health checks. */
  requests: number;
  healthChecks: number;
}

export function createPool(protocol: Protocol): Pool {
  return { protocol, state: "running", delayMs: 0, fault: null, faultsLeft: 0, requests: 0, healthChecks: 0 };
}

/** The fault that this request meets; it is used up by it. */
export function takeFault(pool: Pool): PoolFault | null {
  if (pool.fault === null) return null;
  const fault = pool.fault;
  pool.faultsLeft -= 1;
  if (pool.faultsLeft <= 0) pool.fault = null;
  return fault;
}
