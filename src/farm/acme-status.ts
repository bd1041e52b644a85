/** What is known of a certificate that ACME keeps; the JSON of `GET /api/v1/acme`. Times are ISO 8601 in UTC. */
export interface AcmeStatus {
  readonly names: readonly string[];
  readonly key: string;
  /** null: there is none yet. */
  readonly notAfter: string | null;
  /** null: not since the start. */
  readonly lastTry: string | null;
  /** Why the last try failed; null = it did not. */
  readonly problem: string | null;
  /** When the next one is due. */
  readonly nextTry: string;
}
