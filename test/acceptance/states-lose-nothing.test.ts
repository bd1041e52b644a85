import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { AdminState } from "../../src/config/farm-config.ts";
import type { FarmStatus } from "../../src/control/farm-status.ts";
import { startSite, type Site } from "../support/lab-site.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { SteadyClients, type Wanted } from "../support/steady-clients.ts";
import { until } from "../support/until.ts";

const timeout = 120_000;
const servers = ["cas1", "cas2", "cas3"] as const;
const steps = 60;
/** Answers between one step and the next. */
const answers = 10;

const wanted: readonly Wanted[] = [
  { name: "owa", host: "owa.exchange.localhost", path: "/owa/" },
  { name: "ews", host: "ews.exchange.localhost", path: "/EWS/Exchange.asmx" },
  { name: "oab", host: "oab.exchange.localhost", path: "/oab/lab/oab.xml" },
];

async function put(site: Site, path: string, wish: object): Promise<void> {
  const response = await fetch(`${site.adminUrl}/api/v1${path}/state`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(wish),
  });
  assert.equal(response.status, 200, await response.text());
}

/** Does every farm have an available member beside these? */
function spares(farms: readonly FarmStatus[], server: string, farm: string | null): boolean {
  return farms.every(({ name, members }) => {
    const left = members.filter((member) => member.state === "available" && member.healthy === true);
    return left.some((member) => member.server !== server || (farm !== null && farm !== name));
  });
}

/** A state that somebody might set next; null = it would leave a farm without a server. */
function nextWish(farms: readonly FarmStatus[], random: () => number) {
  const of = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  const server = of(servers) ?? "cas1";
  const farm = random() < 0.5 ? null : (of(farms)?.name ?? null);
  const state: AdminState = of(["available", "drain", "unavailable"] as const) ?? "available";
  if (state !== "available" && !spares(farms, server, farm)) return null;
  const hurry = random();
  const how =
    state === "available" || hurry < 0.3
      ? {}
      : state === "unavailable" && hurry < 0.7
        ? { now: true }
        : { deadline: `${1 + Math.floor(hurry * 200)}ms` };
  const path = farm === null ? `/servers/${server}` : `/farms/${farm}/members/${server}`;
  return { path, wish: { state, by: "a test", ...how } };
}

async function start(
  t: TestContext,
  workers: number,
  slowStart: string,
): Promise<{ site: Site; clients: SteadyClients }> {
  const authentication = { owa: "none", ews: "none", oab: "none" } as const;
  const site = await startSite(t, {
    lab: { servers: servers.map((name) => ({ name, authentication })) },
    change(document) {
      Object.assign(document, { workers });
      for (const farm of Object.values(document.farms)) farm["slowStart"] = slowStart;
    },
  });
  const clients = new SteadyClients(site, wanted);
  t.after(() => clients.stop());
  return { site, clients };
}

for (const [seed, workers, slowStart] of [
  [1, 0, "off"],
  [2, 2, "2s"],
] as const) {
  test(
    `no sequence of states loses a request (workers: ${workers}, slowStart: ${slowStart})`,
    { timeout },
    async (t) => {
      const { site, clients } = await start(t, workers, slowStart);
      const random = seededRandom(seed);
      const given: string[] = [];
      for (const server of servers) site.lab.slow(server, "ews", 30);
      for (let step = 0; step < steps; step++) {
        const next = nextWish(await site.farms(), random);
        if (next === null) continue;
        given.push(`${next.path} ${JSON.stringify(next.wish)}`);
        await put(site, next.path, next.wish);
        const before = clients.answers.length + clients.failures.length;
        await until(() => clients.answers.length + clients.failures.length >= before + answers);
        assert.deepEqual(clients.failures, [], given.slice(-5).join("\n"));
      }
      assert.ok(given.length > steps / 2, `${given.length} states were set`);
      for (const server of servers) await put(site, `/servers/${server}`, { state: "available" });
      for (const { name } of await site.farms()) {
        for (const server of servers) await put(site, `/farms/${name}/members/${server}`, { state: "available" });
      }
      const mark = clients.mark();
      for (const { name } of wanted) {
        await until(() => clients.serversSince(mark, name).length === servers.length);
      }
      await clients.stop();
      assert.deepEqual(clients.failures, []);
      t.diagnostic(`${given.length} states, ${clients.answers.length} answers`);
    },
  );
}
