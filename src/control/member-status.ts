import type { MemberConfig } from "../config/farm-config.ts";
import type { HealthResult } from "../health/health-result.ts";
import type { MemberHealth } from "../health/member-health.ts";
import { authorityOf } from "../http/authority.ts";
import type { CheckStatus, MemberStatus, StateStatus } from "./farm-status.ts";
import type { MemberTotals } from "./numbers.ts";
import type { EffectiveState, OperatorState } from "./operator-states.ts";

interface MemberFacts {
  readonly health: MemberHealth;
  readonly state: EffectiveState;
  readonly totals: MemberTotals;
}

export function memberStatus(member: MemberConfig, { health, state, totals }: MemberFacts): MemberStatus {
  return {
    server: member.server,
    address: `${member.protocol}://${authorityOf(member.host, member.port)}`,
    state: state.state,
    stateSet: state.operator === null ? null : stateStatus(state.scope, state.operator),
    healthy: health.known ? health.available : null,
    trial: health.trial,
    reason: health.reason,
    since: new Date(health.since).toISOString(),
    lastCheck: health.lastCheck === null ? null : checkStatus(health.lastCheck),
    weight: member.weight,
    ...totals,
  };
}

export function stateStatus(scope: StateStatus["scope"], { by, at, note, until, cut }: OperatorState): StateStatus {
  return { scope, by, at, note, until, cut };
}

export function checkStatus({ asked, came, at, durationMs }: HealthResult): CheckStatus {
  return { asked, came, at: new Date(at).toISOString(), durationMs };
}
