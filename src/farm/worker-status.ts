/** A worker's process; the JSON of `GET /api/v1/workers`. */
export interface WorkerStatus {
  /** Counts from 1 since the router was started; a replacement gets the next number. */
  readonly worker: number;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}
