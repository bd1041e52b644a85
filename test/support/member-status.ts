import type { MemberStatus } from "../../src/control/farm-status.ts";

/** A healthy member that has carried nothing. */
export const aMemberStatus: MemberStatus = {
  server: "cas1",
  address: "https://cas1:443",
  state: "available",
  healthy: true,
  reason: null,
  since: "2026-01-01T00:00:00.000Z",
  lastCheck: null,
  current: 0,
  total: 0,
  failed: 0,
  responseTimeMs: 0,
};
