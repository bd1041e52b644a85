import type { Config } from "../config/config.ts";
import type { FarmConfig, MemberConfig } from "../config/farm-config.ts";
import type { FarmContext } from "../farm/farm.ts";
import type { ClientSide } from "../forward/client-side.ts";
import type { Exchange } from "../forward/exchange.ts";
import { ConnectedMember } from "../net/connected-member.ts";
import type { TimerWheel } from "../util/timer-wheel.ts";
import { systemRandom } from "../util/random.ts";
import type { ReportProblem } from "../rules/outbound/body-rule.ts";
import { createIdentify } from "./identify.ts";
import { compileLimits, type Limits } from "./limits.ts";
import type { RateLimits } from "./rate-limits.ts";
import { createRequestRules, type RequestRules } from "./request-rules.ts";
import { RoutedFarm } from "./routed-farm.ts";
import { createRoutes, type Route } from "./routes.ts";
import type { RouteIndex } from "./route-index.ts";
import { Senders } from "./senders.ts";

/** What a request is decided by: one configuration made ready for use. A reload replaces it as a whole. */
export interface Snapshot {
  readonly farms: ReadonlyMap<string, RoutedFarm>;
  readonly routes: RouteIndex<Route>;
  /** null = there are none. */
  readonly rules: RequestRules | null;
  /** For all requests; null = none. */
  readonly limits: Limits | null;
  readonly senders: Senders;
  /** null = requests get no identifiers. */
  readonly identify: ((client: ClientSide) => void) | null;
}

/** What outlasts a configuration. */
interface Lasting {
  readonly wheel: TimerWheel;
  readonly rates: RateLimits;
  readonly context: FarmContext;
  /** Of affinity cookies. */
  readonly cookieKey: Buffer;
  readonly serveWaiting: (exchange: Exchange) => boolean;
  /** A body can't be rewritten as outbound rules say. */
  readonly bodyProblem: ReportProblem;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Members whose address and TLS settings are unchanged live on, with their connections, numbers and state. */
export function createSnapshot(config: Config, lasting: Lasting, previous: Snapshot | null): Snapshot {
  const { wheel, rates } = lasting;
  const senders = new Senders(config.forwarded.trusted);
  const farms = new Map<string, RoutedFarm>();
  for (const farm of config.farms) {
    const before = previous?.farms.get(farm.name);
    const members = membersOf(farm, wheel, before);
    farms.set(farm.name, new RoutedFarm(farm, { ...lasting, members, senders, before }));
  }
  closeRemoved(farms, previous);
  const { requests } = config.limits;
  rates.begin();
  return {
    farms,
    routes: createRoutes(config.routes, farms, rates),
    rules: createRequestRules(config.rules, farms, { senders, bodyProblem: lasting.bodyProblem }),
    limits: requests === null ? null : compileLimits(requests, "", rates),
    senders,
    identify: createIdentify({ ...config.identity, random: systemRandom }),
  };
}

function membersOf(farm: FarmConfig, wheel: TimerWheel, previous: RoutedFarm | undefined): ConnectedMember[] {
  const sameTls = previous !== undefined && equal(previous.config.tls, farm.tls);
  const sameWeights = previous !== undefined && equal(weightsOf(previous.config), weightsOf(farm));
  const members = farm.members.map((config) => {
    const before = previous?.members.find((member) => member.config.server === config.server);
    if (before === undefined || !sameTls || !sameAddress(before.config, config)) {
      return new ConnectedMember(farm, config, wheel, before);
    }
    before.configure(config);
    return before;
  });
  // What is owed by the old weights would be paid by the new ones.
  if (!sameWeights) for (const member of members) member.credit = 0;
  return members;
}

function weightsOf({ members }: FarmConfig): unknown {
  return members.map(({ server, weight }) => [server, weight]);
}

function sameAddress(one: MemberConfig, other: MemberConfig): boolean {
  return one.protocol === other.protocol && one.host === other.host && one.port === other.port;
}

function equal(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function closeRemoved(farms: ReadonlyMap<string, RoutedFarm>, previous: Snapshot | null): void {
  for (const [name, farm] of previous?.farms ?? []) {
    const kept = farms.get(name)?.members ?? [];
    for (const member of farm.members) if (!kept.includes(member)) member.retire();
    if (farms.has(name)) continue;
    // Nobody is left for what waits there.
    farm.refresh();
    farm.line.freed();
  }
}
