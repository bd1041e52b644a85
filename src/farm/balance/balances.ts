import type { BalanceName } from "../../config/config.ts";
import type { Balance } from "./balance.ts";
import { leastRequests } from "./least-requests.ts";
import { roundRobin } from "./round-robin.ts";

const balances: Readonly<Partial<Record<BalanceName, () => Balance>>> = {
  "round-robin": roundRobin,
  "least-requests": leastRequests,
};

export function createBalance(name: BalanceName): Balance {
  return (balances[name] ?? leastRequests)();
}
