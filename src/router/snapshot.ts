import type { Config, FarmConfig } from "../config/config.ts";
import type { MemberVerdict } from "../farm/messages.ts";
import { Farm } from "../farm/farm.ts";
import type { ClientSide } from "../forward/client-side.ts";
import { ConnectedMember } from "../net/connected-member.ts";
import type { TimerWheel } from "../util/timer-wheel.ts";
import { systemRandom } from "../util/random.ts";
import { createIdentify } from "./identify.ts";
import { compileLimits, type Limits } from "./limits.ts";
import type { RateLimits } from "./rate-limits.ts";
import { createRoutes, type Route } from "./routes.ts";
import type { RouteIndex } from "./route-index.ts";
import { Senders } from "./senders.ts";

/** What a request is decided by: one configuration made ready for use. A reload replaces it as a whole. */
export interface Snapshot {
  readonly farms: ReadonlyMap<string, Farm<ConnectedMember>>;
  readonly routes: RouteIndex<Route>;
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
}

/** Members whose address and TLS settings are unchanged live on, with their connections, numbers and state. */
export function createSnapshot(config: Config, { wheel, rates }: Lasting, previous: Snapshot | null): Snapshot {
  const farms = new Map<string, Farm<ConnectedMember>>();
  for (const farm of config.farms) {
    const before = previous?.farms.get(farm.name);
    farms.set(farm.name, new Farm(farm, membersOf(farm, wheel, before), before?.counts));
  }
  closeRemoved(farms, previous);
  const { requests } = config.limits;
  rates.begin();
  return {
    farms,
    routes: createRoutes(config.routes, farms, rates),
    limits: requests === null ? null : compileLimits(requests, "", rates),
    senders: new Senders(config.forwarded.trusted),
    identify: createIdentify({ ...config.identity, random: systemRandom }),
  };
}

function membersOf(
  farm: FarmConfig,
  wheel: TimerWheel,
  previous: Farm<ConnectedMember> | undefined,
): ConnectedMember[] {
  const sameTls = previous !== undefined && dialledAlike(previous.config, farm);
  return farm.members.map((config) => {
    const before = previous?.members.find((member) => member.config.server === config.server);
    return before !== undefined && sameTls && equal(before.config, config)
      ? before
      : new ConnectedMember(farm, config, wheel, before);
  });
}

function dialledAlike(one: FarmConfig, other: FarmConfig): boolean {
  return equal(one.tls, other.tls);
}

function equal(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function closeRemoved(farms: ReadonlyMap<string, Farm<ConnectedMember>>, previous: Snapshot | null): void {
  for (const [name, farm] of previous?.farms ?? []) {
    const kept = farms.get(name)?.members ?? [];
    for (const member of farm.members) if (!kept.includes(member)) member.retire();
  }
}

/** Takes over what the control side has decided. */
export function applyVerdicts(snapshot: Snapshot, verdicts: readonly MemberVerdict[]): void {
  for (const verdict of verdicts) {
    const farm = snapshot.farms.get(verdict.farm);
    const member = farm?.members.find((candidate) => candidate.config.server === verdict.server);
    if (farm === undefined || member === undefined || member.available === verdict.available) continue;
    member.available = verdict.available;
    farm.refresh();
    // What waits there would fail the first requests after its return.
    if (!verdict.available) member.closeIdle();
  }
}
