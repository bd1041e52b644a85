import type { MemberConfig } from "../config/config.ts";
import type { HealthResult } from "../health/health-result.ts";
import type { MemberHealth } from "../health/member-check.ts";
import { authorityOf } from "../http/authority.ts";
import type { CheckStatus, MemberStatus } from "./farm-status.ts";
import type { MemberTotals } from "./numbers.ts";

export function memberStatus(member: MemberConfig, health: MemberHealth, totals: MemberTotals): MemberStatus {
  return {
    server: member.server,
    address: `${member.protocol}://${authorityOf(member.host, member.port)}`,
    state: "available",
    healthy: health.known ? health.available : null,
    reason: reasonOf(health),
    since: new Date(health.since).toISOString(),
    lastCheck: health.lastCheck === null ? null : checkStatus(health.lastCheck),
    current: totals.current,
    total: totals.total,
    failed: totals.failed,
    responseTimeMs: totals.responseTimeMs,
  };
}

function reasonOf({ known, available, lastFailure }: MemberHealth): string | null {
  if (!known) return "not checked yet";
  return available || lastFailure === null ? null : `${lastFailure.asked}: ${lastFailure.came}`;
}

export function checkStatus({ asked, came, at, durationMs }: HealthResult): CheckStatus {
  return { asked, came, at: new Date(at).toISOString(), durationMs };
}
