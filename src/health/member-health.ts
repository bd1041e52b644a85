import type { HealthResult } from "./health-result.ts";

/** What is known of one member at one time. */
export interface MemberHealth {
  /** May requests be sent there? */
  readonly available: boolean;
  /** Live traffic had taken it out, and single requests find out whether it works again. */
  readonly trial: boolean;
  /** False until the first verdict. */
  readonly known: boolean;
  /** When that last changed or was first known, milliseconds since 1970. */
  readonly since: number;
  readonly lastCheck: HealthResult | null;
  /** The check that failed last. */
  readonly lastFailure: HealthResult | null;
  /** Why it is not available, or on trial; null = it is, or nothing is known. */
  readonly reason: string | null;
  /** Who has decided so. */
  readonly by: "check" | "live traffic";
}
