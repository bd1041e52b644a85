import type { HealthConfig, MemberConfig, MemberTlsConfig } from "../config/farm-config.ts";
import type { Clock } from "../util/clock.ts";
import type { HealthResult } from "./health-result.ts";

export interface CheckContext {
  readonly clock: Clock;
  /** Calls the check off; its result is not wanted any more. */
  readonly signal: AbortSignal;
}

/** One kind of active test. Never rejects. */
export type Check = (
  member: MemberConfig,
  health: HealthConfig,
  tls: MemberTlsConfig,
  context: CheckContext,
) => Promise<HealthResult>;
