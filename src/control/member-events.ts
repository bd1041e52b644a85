import type { Config } from "../config/config.ts";
import type { MemberHealth } from "../health/member-health.ts";
import { memberKey } from "../health/member-key.ts";
import type { Clock } from "../util/clock.ts";
import type { EventRing, NewEvent } from "./event-ring.ts";
import type { CheckStatus } from "./farm-status.ts";
import { checkStatus } from "./member-status.ts";

/** What is known of members at the moment. */
export interface MemberView {
  /** null: no such member. */
  health(farm: string, server: string): MemberHealth | null;
  /** Does an administrator want it to get requests? */
  wanted(farm: string, server: string): boolean;
}

type FarmWord = "up" | "low" | "down";

interface FarmState {
  readonly servers: readonly string[];
  readonly minimumServers: number;
  /** null: nothing was told of it yet. */
  readonly is: FarmWord | null;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Where a farm's change comes from. */
export interface Cause {
  readonly by: string;
  readonly evidence: CheckStatus | null;
}

/** Tells what becomes of members, and of farms that have too few of them left, or enough again. */
export class MemberEvents {
  readonly #ring: EventRing;
  readonly #clock: Clock;
  readonly #view: MemberView;
  /** What was told last. */
  #members = new Map<string, MemberHealth>();
  #farms = new Map<string, FarmState>();

  constructor(ring: EventRing, clock: Clock, view: MemberView) {
    this.#ring = ring;
    this.#clock = clock;
    this.#view = view;
  }

  /** To be called once the view knows this configuration's members. Tells of farms that it leaves without a server. */
  apply({ farms }: Pick<Config, "farms">): void {
    const members = new Map<string, MemberHealth>();
    const states = new Map<string, FarmState>();
    for (const { name, members: all, minimumServers } of farms) {
      const servers = all.map(({ server }) => server);
      for (const server of servers) {
        const health = this.#view.health(name, server);
        if (health !== null) members.set(memberKey(name, server), health);
      }
      const { is = null, since = this.#clock.now() } = this.#farms.get(name) ?? {};
      states.set(name, { servers, minimumServers, is, since });
    }
    this.#members = members;
    this.#farms = states;
    this.lookAtFarms({ by: "configuration", evidence: null });
  }

  /** The member has its first verdict, or another one. */
  healthChanged(farm: string, server: string, after: MemberHealth): void {
    const key = memberKey(farm, server);
    const event = healthEvent({ farm, server }, this.#members.get(key) ?? null, after);
    this.#ring.add(event);
    this.#members.set(key, after);
    this.#lookAtFarm(farm, { by: event.by, evidence: event.evidence });
  }

  /** What administrators want may have changed. */
  lookAtFarms(cause: Cause): void {
    for (const name of this.#farms.keys()) this.#lookAtFarm(name, cause);
  }

  /** That a farm serves is told only where it did not before. */
  #lookAtFarm(name: string, cause: Cause): void {
    const farm = this.#farms.get(name);
    if (farm === undefined) return;
    const left = farm.servers.filter((server) => this.#isUsable(name, server)).length;
    const known = farm.servers.every((server) => this.#view.health(name, server)?.known === true);
    const is = wordOf(left, farm.minimumServers);
    // Before the first checks nobody is up.
    if (is === farm.is || (is !== "up" && !known)) return;
    if (farm.is !== null || is !== "up") this.#ring.add(farmEvent(name, { ...farm, was: farm.is, is, left }, cause));
    this.#farms.set(name, { ...farm, is, since: this.#clock.now() });
  }

  #isUsable(farm: string, server: string): boolean {
    return this.#view.health(farm, server)?.available === true && this.#view.wanted(farm, server);
  }
}

function wordOf(left: number, minimumServers: number): FarmWord {
  if (left === 0) return "down";
  return left < minimumServers ? "low" : "up";
}

/** What becomes of a member. `before`: what was told last; null, or not known: nothing was. */
function healthEvent(
  place: { readonly farm: string; readonly server: string },
  before: MemberHealth | null,
  after: MemberHealth,
): NewEvent {
  const known = before?.known === true ? before : null;
  const { by, lastCheck, reason } = after;
  const found = lastCheck === null ? "" : `${lastCheck.asked}: ${lastCheck.came}`;
  return {
    kind: "health",
    ...place,
    was: known === null ? null : word(known),
    is: word(after),
    since: known === null ? null : new Date(known.since).toISOString(),
    why: reason ?? found,
    by,
    evidence: lastCheck === null ? null : checkStatus(lastCheck),
  };
}

function word({ available, trial }: MemberHealth): "up" | "down" | "trial" {
  if (!available) return "down";
  return trial ? "trial" : "up";
}

interface FarmChange extends Pick<FarmState, "servers" | "minimumServers" | "since"> {
  readonly was: FarmState["is"];
  readonly is: FarmWord;
  readonly left: number;
}

function farmEvent(farm: string, { was, is, since, left, ...change }: FarmChange, { by, evidence }: Cause): NewEvent {
  const count = `${left} of ${change.servers.length} servers can get requests`;
  const why = {
    up: count,
    low: `${count}, fewer than minimumServers (${change.minimumServers})`,
    down: "no server is left: requests are answered with 503",
  };
  return {
    kind: "farm",
    farm,
    server: null,
    was,
    is,
    since: was === null ? null : new Date(since).toISOString(),
    why: why[is],
    by,
    evidence,
  };
}
