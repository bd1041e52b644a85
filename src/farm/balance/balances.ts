import type { Balance, BalanceContext } from "./balance.ts";
import type { BalanceConfig, BalanceName } from "../../config/farm-config.ts";
import { hash } from "./hash.ts";
import { leastRequests } from "./least-requests.ts";
import { leastResponseTime } from "./least-response-time.ts";
import { powerOfTwo } from "./power-of-two.ts";
import { roundRobin } from "./round-robin.ts";
import { totalTraffic } from "./total-traffic.ts";

const balances: Readonly<Record<BalanceName, (config: BalanceConfig, context: BalanceContext) => Balance>> = {
  "round-robin": () => roundRobin,
  "least-requests": () => leastRequests,
  "least-response-time": (_config, context) => leastResponseTime(context),
  "power-of-two": (_config, context) => powerOfTwo(context),
  "total-traffic": () => totalTraffic,
  hash: (config) => hash(config),
};

export function createBalance(config: BalanceConfig, context: BalanceContext): Balance {
  return balances[config.name](config, context);
}
