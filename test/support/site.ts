import type { TestContext } from "node:test";
import type { Config, ListenerConfig } from "../../src/config/config.ts";
import type { FarmConfig } from "../../src/config/farm-config.ts";
import type { ExchangeObserver } from "../../src/farm/exchange-record.ts";
import type { Check } from "../../src/health/check.ts";
import type { MemberStatus } from "../../src/control/farm-status.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aFarm } from "./configs.ts";
import type { FakeClock } from "./fake-clock.ts";
import { type RawConnection, RawMember } from "./raw-member.ts";
import { RawClient, startRouter, type TestRouter } from "./start-router.ts";

export interface SiteOptions {
  /** What each member does with a new connection; null = nothing by itself. One silent member unless told otherwise. */
  readonly members?: readonly (((connection: RawConnection) => void) | null)[];
  readonly farm?: Partial<FarmConfig>;
  readonly config?: Partial<Config>;
  readonly listener?: Partial<ListenerConfig>;
  readonly clock?: FakeClock;
  readonly check?: Check;
  readonly observers?: readonly ExchangeObserver[];
}

/** One farm of raw members, m1, m2 …, behind a router; everything is closed when the test ends. */
export interface Site {
  readonly router: TestRouter;
  readonly members: readonly RawMember[];
  /** The first one. */
  readonly member: RawMember;
  client(): RawClient;
  numbers(server?: string): MemberStatus;
  /** Until no request is in flight any more; what ends one has still to be noticed. */
  untilIdle(): Promise<void>;
}

export async function startSite(t: TestContext, options: SiteOptions = {}): Promise<Site> {
  const members: RawMember[] = [];
  for (const [index, answer] of (options.members ?? [null]).entries()) {
    members.push(await RawMember.start(`m${index + 1}`, answer));
  }
  const [first, ...others] = members;
  if (first === undefined) throw new RangeError("a site has a member");
  const farm = aFarm({ health: null, members: [first.config, ...others.map(({ config }) => config)], ...options.farm });
  const router = await startRouter([farm], { ...options, clock: options.clock ?? systemClock });
  const clients: RawClient[] = [];
  t.after(async () => {
    for (const client of clients) client.close();
    for (const member of members) member.close();
    await closeRouter(router, options.clock);
  });
  return {
    router,
    members,
    member: first,
    client() {
      const client = new RawClient(router.port);
      clients.push(client);
      return client;
    },
    numbers: (server = "m1") => numbersOf(router, server),
    async untilIdle() {
      for (let turns = 0; inFlight(router, members.length) > 0; turns++) {
        if (turns > 2000) throw new Error("requests are still in flight");
        await new Promise<void>((resolve) => setTimeout(resolve, 1));
      }
    },
  };
}

/** A fake clock has to move for the grace of 0 ms to be over. */
async function closeRouter(router: TestRouter, clock?: FakeClock): Promise<void> {
  const closed = router.close(0);
  await clock?.advance(0);
  await closed;
}

/** What the router counts about a member at this moment. */
function numbersOf(router: TestRouter, server: string): MemberStatus {
  router.report();
  const member = router.control.farms()[0]?.members.find((status) => status.server === server);
  if (member === undefined) throw new RangeError(`no member ${server}`);
  return member;
}

function inFlight(router: TestRouter, memberCount: number): number {
  const servers = Array.from({ length: memberCount }, (_, index) => `m${index + 1}`);
  return servers.reduce((sum, server) => sum + numbersOf(router, server).current, 0);
}
