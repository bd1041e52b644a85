import type { MemberStatus } from "../../src/control/farm-status.ts";

/** A healthy member that has carried nothing. */
export const aMemberStatus: MemberStatus = {
  server: "cas1",
  address: "https://cas1:443",
  state: "available",
  stateSet: null,
  healthy: true,
  trial: false,
  reason: null,
  since: "2026-01-01T00:00:00.000Z",
  lastCheck: null,
  weight: 1,
  held: 0,
  oldestMs: 0,
  current: 0,
  total: 0,
  failed: 0,
  responseTimeMs: 0,
};
