import type { Config } from "../config/config.ts";
import type { MemberHealth } from "../health/member-check.ts";
import { memberKey } from "../health/member-key.ts";
import type { Clock } from "../util/clock.ts";
import type { EventRing, NewEvent } from "./event-ring.ts";
import type { CheckStatus } from "./farm-status.ts";
import { checkStatus } from "./member-status.ts";

/** null: no such member. */
type HealthOf = (farm: string, server: string) => MemberHealth | null;

interface FarmState {
  readonly servers: readonly string[];
  /** null: nothing was told of it yet. */
  readonly is: "up" | "down" | null;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Where a farm's change comes from. */
interface Cause {
  readonly by: string;
  readonly server: string | null;
  readonly evidence: CheckStatus | null;
}

/** Tells what becomes of members, and of farms whose last member goes or whose first one returns. */
export class MemberEvents {
  readonly #ring: EventRing;
  readonly #clock: Clock;
  readonly #healthOf: HealthOf;
  /** What was told last. */
  #members = new Map<string, MemberHealth>();
  #farms = new Map<string, FarmState>();

  constructor(ring: EventRing, clock: Clock, healthOf: HealthOf) {
    this.#ring = ring;
    this.#clock = clock;
    this.#healthOf = healthOf;
  }

  /** To be called once `healthOf` knows this configuration's members. Tells of farms that it leaves without a server. */
  apply({ farms }: Pick<Config, "farms">): void {
    const members = new Map<string, MemberHealth>();
    const states = new Map<string, FarmState>();
    for (const farm of farms) {
      const servers = farm.members.map(({ server }) => server);
      for (const server of servers) {
        const health = this.#healthOf(farm.name, server);
        if (health !== null) members.set(memberKey(farm.name, server), health);
      }
      const { is = null, since = this.#clock.now() } = this.#farms.get(farm.name) ?? {};
      states.set(farm.name, { servers, is, since });
    }
    this.#members = members;
    this.#farms = states;
    for (const name of states.keys()) this.#lookAtFarm(name, { by: "configuration", server: null, evidence: null });
  }

  /** The member has its first verdict, or another one. */
  healthChanged(farm: string, server: string, after: MemberHealth): void {
    const key = memberKey(farm, server);
    const event = healthEvent({ farm, server }, this.#members.get(key) ?? null, after);
    this.#ring.add(event);
    this.#members.set(key, after);
    this.#lookAtFarm(farm, { by: event.by, server, evidence: event.evidence });
  }

  /** That a farm serves is told only where it did not before. */
  #lookAtFarm(name: string, cause: Cause): void {
    const farm = this.#farms.get(name);
    if (farm === undefined) return;
    const is = stateOf(farm.servers.map((server) => this.#healthOf(name, server)));
    if (is === null || is === farm.is) return;
    const told = farm.is !== null || is === "down";
    if (told) this.#ring.add(farmEvent(name, { ...farm, was: farm.is, is }, cause));
    this.#farms.set(name, { ...farm, is, since: this.#clock.now() });
  }
}

/** null: none is up, and some are not known yet. */
function stateOf(members: readonly (MemberHealth | null)[]): "up" | "down" | null {
  if (members.some((health) => health?.available === true)) return "up";
  return members.every((health) => health?.known === true) ? "down" : null;
}

/** What becomes of a member by its check. `before`: what was told last; null, or not known: nothing was. */
function healthEvent(
  place: { readonly farm: string; readonly server: string },
  before: MemberHealth | null,
  after: MemberHealth,
): NewEvent {
  const known = before?.known === true ? before : null;
  const { lastCheck } = after;
  return {
    kind: "health",
    ...place,
    was: known === null ? null : word(known),
    is: word(after),
    since: known === null ? null : new Date(known.since).toISOString(),
    why: lastCheck === null ? "" : `${lastCheck.asked}: ${lastCheck.came}`,
    by: "check",
    evidence: lastCheck === null ? null : checkStatus(lastCheck),
  };
}

const word = ({ available }: MemberHealth): "up" | "down" => (available ? "up" : "down");

interface FarmChange {
  readonly was: FarmState["is"];
  readonly is: "up" | "down";
  readonly since: number;
}

function farmEvent(farm: string, { was, is, since }: FarmChange, { by, server, evidence }: Cause): NewEvent {
  const returned = server === null ? "a server is left again" : `${server} serves it again`;
  return {
    kind: "farm",
    farm,
    server: null,
    was,
    is,
    since: was === null ? null : new Date(since).toISOString(),
    why: is === "up" ? returned : "no server is left: requests are answered with 503",
    by,
    evidence,
  };
}
