/** What one check asked and what came, in words that an administrator can act on. */
export interface HealthResult {
  readonly ok: boolean;
  /** `GET https://cas1:443/owa/HealthCheck.htm (Host mail.tailspintoys.com)` */
  readonly asked: string;
  /** `200 OK`, `503 Service Unavailable`, `connection refused`, `no answer within 2 s`. */
  readonly came: string;
  /** null: no answer. */
  readonly status: number | null;
  /** The check could not be made: this machine has no file handle or port left. It says nothing about the member. */
  readonly inconclusive?: true;
  readonly durationMs: number;
  /** Start of the check, milliseconds since 1970. */
  readonly at: number;
}
