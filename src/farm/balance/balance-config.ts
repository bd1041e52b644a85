/** How the member for the next request is chosen among the available ones. */
export type BalanceName =
  | "round-robin"
  | "least-requests"
  | "least-response-time"
  | "power-of-two"
  | "total-traffic"
  | "hash";

export interface BalanceConfig {
  readonly name: BalanceName;
  /** Only of "hash": how much more than its share a member may carry; 0.25 = a quarter; 0 = no bound. */
  readonly bound: number;
}
