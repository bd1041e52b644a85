import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { BalanceConfig, BalanceName, FarmConfig } from "../../src/config/farm-config.ts";
import {
  type Asked,
  ask,
  memberOf,
  named,
  namedMembers,
  okAnswer,
  reweigh,
  setServer,
  spread,
} from "../support/affinity.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startSite, type Site, type SiteOptions } from "../support/site.ts";

function balance(name: BalanceName, rest: Partial<BalanceConfig> = {}): BalanceConfig {
  return { name, key: null, bound: 0, ...rest };
}

async function weighted(
  t: TestContext,
  name: BalanceName,
  weights: readonly number[],
  options: SiteOptions = {},
): Promise<Site> {
  // Members that all answer in no time at all, by this clock.
  const farm: Partial<FarmConfig> = { balance: balance(name), ...options.farm };
  const site = await startSite(t, { members: namedMembers(weights.length), clock: new FakeClock(), ...options, farm });
  await reweigh(site.router, weights);
  return site;
}

const exact = ["round-robin", "least-requests", "least-response-time", "total-traffic"] as const;

function bad(status: number): string {
  return `HTTP/1.1 ${status} Bad\r\nContent-Length: 0\r\n\r\n`;
}

function post(): Asked {
  return { method: "POST", fields: "Content-Length: 0\r\n" };
}

async function hashed(
  t: TestContext,
  key: BalanceConfig["key"],
  options: SiteOptions & { readonly bound?: number } = {},
) {
  const { bound = 0, ...rest } = options;
  return startSite(t, { members: namedMembers(3), farm: { balance: balance("hash", { key, bound }) }, ...rest });
}

describe("requests one after the other", () => {
  for (const name of exact) {
    it(`go to the members by their weights: ${name}`, async (t) => {
      const site = await weighted(t, name, [3, 1, 2]);
      const counts = await spread(site.router.port, 60);
      for (const [server, share] of [
        ["m1", 30],
        ["m2", 10],
        ["m3", 20],
      ] as const) {
        assert.ok(Math.abs((counts[server] ?? 0) - share) <= 1, JSON.stringify(counts));
      }
    });

    it(`go by other weights after a reload at once, on the connections that were there: ${name}`, async (t) => {
      const site = await weighted(t, name, [1, 1]);
      await spread(site.router.port, 20);
      await reweigh(site.router, [3, 1]);
      assert.deepEqual(await spread(site.router.port, 20), { m1: 15, m2: 5 });
      await reweigh(site.router, [1, 1]);
      assert.deepEqual(await spread(site.router.port, 20), { m1: 10, m2: 10 });
      assert.deepEqual(
        site.members.map(({ connections }) => connections.length),
        [1, 1],
      );
    });

    it(`owe nobody anything from before a reload: ${name}`, async (t) => {
      const site = await weighted(t, name, [1000, 1]);
      await spread(site.router.port, 300);
      await reweigh(site.router, [1, 1]);
      const { m1 = 0, m2 = 0 } = await spread(site.router.port, 20);
      assert.ok(Math.abs(m1 - m2) <= 2, `${m1} and ${m2}`);
    });
  }

  it("go to the members by their weights: power-of-two", async (t) => {
    const site = await weighted(t, "power-of-two", [3, 1]);
    const { m1 = 0, m2 = 0 } = await spread(site.router.port, 600);
    assert.equal(m1 + m2, 600);
    // Six standard deviations.
    assert.ok(m1 > 450 - 64 && m1 < 450 + 64, `${m1}`);
  });
});

describe("requests at the same time", () => {
  for (const name of ["least-requests", "power-of-two", "least-response-time"] as const) {
    it(`go to the member that has fewer of them: ${name}`, async (t) => {
      const slow = named("m1", () => null);
      const site = await weighted(t, name, [1, 1], { members: [slow, named("m2")] });
      const client = site.client();
      while (site.numbers("m1").current === 0) {
        client.clear();
        client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Promise.race([client.untilText("ok"), site.member.connection()]);
      }
      assert.deepEqual(await spread(site.router.port, 10), { m2: 10 });
    });
  }

  it("leave least-requests as many on each member as its weight says", async (t) => {
    const site = await weighted(t, "least-requests", [1, 2], {
      members: [named("m1", () => null), named("m2", () => null)],
    });
    for (let index = 0; index < 9; index++) site.client().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await site.members[0]!.connection(2);
    await site.members[1]!.connection(5);
    assert.deepEqual([site.numbers("m1").current, site.numbers("m2").current], [3, 6]);
  });
});

describe("total-traffic", () => {
  it("gives few requests to a member whose answers are big", async (t) => {
    const big = okAnswer.replace("Content-Length: 2", "Content-Length: 10000").replace(/ok$/, "x".repeat(10_000));
    const members = [named("m1", () => big), named("m2")];
    const site = await weighted(t, "total-traffic", [1, 1], { members });
    const { m1 = 0, m2 = 0 } = await spread(site.router.port, 60);
    assert.ok(m1 >= 1 && m1 <= 3, `${m1} and ${m2}`);
  });

  it("does not flood a member that comes back", async (t) => {
    const site = await weighted(t, "total-traffic", [1, 1]);
    await spread(site.router.port, 4);
    setServer(site.router, "m2", "unavailable");
    assert.deepEqual(await spread(site.router.port, 30), { m1: 30 });
    setServer(site.router, "m2", "available");
    assert.deepEqual(await spread(site.router.port, 20), { m1: 10, m2: 10 });
  });

  it("does not starve a member that comes back to others that have carried less", async (t) => {
    const site = await weighted(t, "total-traffic", [1, 1]);
    setServer(site.router, "m2", "unavailable");
    await spread(site.router.port, 30);
    setServer(site.router, "m1", "unavailable");
    setServer(site.router, "m2", "available");
    await spread(site.router.port, 4);
    setServer(site.router, "m1", "available");
    assert.deepEqual(await spread(site.router.port, 20), { m1: 10, m2: 10 });
  });

  it("does not starve a member that comes back together with another", async (t) => {
    const site = await weighted(t, "total-traffic", [1, 1]);
    setServer(site.router, "m2", "unavailable");
    await spread(site.router.port, 30);
    setServer(site.router, "m1", "unavailable");
    for (const server of ["m1", "m2"]) setServer(site.router, server, "available");
    assert.deepEqual(await spread(site.router.port, 20), { m1: 10, m2: 10 });
  });

  it("does not flood a member that a reload brings", async (t) => {
    const site = await weighted(t, "total-traffic", [1, 1]);
    const { config } = site.router.control;
    const [farm] = config.farms;
    const [first] = farm!.members;
    await site.router.apply({ ...config, farms: [{ ...farm!, members: [first] }] });
    await spread(site.router.port, 30);
    await site.router.apply(config);
    assert.deepEqual(await spread(site.router.port, 20), { m1: 10, m2: 10 });
  });
});

describe("least-response-time", () => {
  const off: Partial<FarmConfig> = { liveTraffic: null };

  for (const status of [500, 502, 503, 504]) {
    it(`is not taken in by a member that answers ${status} in no time`, async (t) => {
      const members = [named("m1", () => bad(status)), named("m2")];
      const site = await weighted(t, "least-response-time", [1, 1], { members, farm: off });
      const { m1 = 0, m2 = 0 } = await spread(site.router.port, 40, post);
      assert.equal(m1 + m2, 40);
      assert.ok(m1 <= 1, `${m1}`);
    });
  }

  it("tries a member that refuses connections once, not first each time", async (t) => {
    const site = await weighted(t, "least-response-time", [1, 1], { farm: off });
    site.member.close();
    assert.deepEqual(await spread(site.router.port, 20), { m2: 20 });
    assert.ok(site.numbers("m1").total <= 1, `${site.numbers("m1").total}`);
  });

  it("turns from a member that begins to fail, and tries it again after a while", async (t) => {
    const clock = new FakeClock();
    const state = { broken: false };
    const members = [named("m1", () => (state.broken ? bad(503) : okAnswer)), named("m2")];
    const site = await weighted(t, "least-response-time", [1, 1], { members, farm: off, clock });
    assert.deepEqual(await spread(site.router.port, 20), { m1: 10, m2: 10 });
    state.broken = true;
    const { m1: failed = 0 } = await spread(site.router.port, 20, post);
    assert.equal(failed, 1);
    state.broken = false;
    assert.deepEqual(await spread(site.router.port, 20, post), { m2: 20 });
    await clock.advance(300_000);
    assert.deepEqual(await spread(site.router.port, 20), { m1: 10, m2: 10 });
  });

  it("prefers the member that answers sooner", async (t) => {
    const clock = new FakeClock();
    const members = [named("m1", () => null), named("m2", () => null)];
    const site = await weighted(t, "least-response-time", [1, 1], { members, clock });
    const answer = async (index: number, afterMs: number): Promise<void> => {
      const client = site.client().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      const connection = await site.members[index]!.connection();
      await clock.advance(afterMs);
      connection.write(okAnswer);
      await client.untilText("ok");
    };
    await answer(0, 100);
    await answer(1, 10);
    for (let count = 0; count < 5; count++) await answer(1, 10);
    assert.deepEqual([site.numbers("m1").total, site.numbers("m2").total], [1, 6]);
  });
});

describe("a hash", () => {
  const urls = Array.from({ length: 40 }, (_, index) => `/files/${index}?v=${index % 3}`);

  async function membersOf(site: Site): Promise<string[]> {
    const members: string[] = [];
    for (const target of urls) members.push(memberOf(await ask(site.router.port, { target })));
    return members;
  }

  it("of the URL sends each where it was before, and different ones everywhere", async (t) => {
    const site = await hashed(t, { source: "url" });
    const first = await membersOf(site);
    assert.equal(new Set(first).size, 3);
    assert.deepEqual(await membersOf(site), first);
  });

  it("moves only the keys of a member that leaves, and gives them back", async (t) => {
    const site = await hashed(t, { source: "url" });
    const first = await membersOf(site);
    setServer(site.router, "m2", "unavailable");
    const moved = await membersOf(site);
    for (const [index, member] of moved.entries()) {
      if (first[index] === "m2") assert.match(member, /^m[13]$/);
      else assert.equal(member, first[index]);
    }
    setServer(site.router, "m2", "available");
    assert.deepEqual(await membersOf(site), first);
  });

  const forms: readonly (readonly [string, NonNullable<BalanceConfig["key"]>, (value: string) => Asked])[] = [
    ["a header", { source: "header", name: "X-User" }, (value) => ({ fields: `x-user:  ${value} \r\n` })],
    ["a cookie", { source: "cookie", name: "app" }, (value) => ({ fields: `Cookie: a=b; app=${value}\r\n` })],
    [
      "parameters",
      { source: "query", names: ["a", "B"] },
      (value) => ({ target: `/${value}?b=${value}&x=${Math.abs(value.length)}&A=1` }),
    ],
  ];
  for (const [what, key, askFor] of forms) {
    it(`of ${what} goes by that alone`, async (t) => {
      const site = await hashed(t, key);
      const values = Array.from({ length: 30 }, (_, index) => `value${index}`);
      const placed = async () =>
        Promise.all(values.map(async (value) => memberOf(await ask(site.router.port, askFor(value)))));
      const first = await placed();
      assert.equal(new Set(first).size, 3);
      assert.deepEqual(await placed(), first);
    });

    it(`of ${what} that is not there goes where there are the fewest requests`, async (t) => {
      const site = await hashed(t, key);
      assert.deepEqual(await spread(site.router.port, 9), { m1: 3, m2: 3, m3: 3 });
    });
  }

  it("of the client's address is that of whom a trusted proxy names", async (t) => {
    const forwarded = { trusted: ["127.0.0.0/8"], standard: false };
    const site = await hashed(t, { source: "client-address" }, { config: { forwarded } });
    const placed = async (): Promise<string[]> => {
      const members: string[] = [];
      for (let host = 1; host <= 30; host++) {
        const fields = `X-Forwarded-For: 192.0.2.${host}\r\n`;
        members.push(memberOf(await ask(site.router.port, { fields })));
      }
      return members;
    };
    const first = await placed();
    assert.equal(new Set(first).size, 3);
    assert.deepEqual(await placed(), first);
  });

  it("of the client's address is not what a stranger says", async (t) => {
    const site = await hashed(t, { source: "client-address" });
    const seen = await spread(site.router.port, 20, (index) => ({ fields: `X-Forwarded-For: 192.0.2.${index}\r\n` }));
    assert.equal(Object.keys(seen).length, 1);
  });

  for (const [bound, most] of [
    [0.25, 3],
    [0, 6],
  ] as const) {
    it(`with the bound ${bound} leaves at most ${most} of six requests for one key on its member`, async (t) => {
      const silent = Array.from({ length: 3 }, (_, index) => named(`m${index + 1}`, () => null));
      const site = await hashed(t, { source: "url" }, { bound, members: silent });
      const current = () => ["m1", "m2", "m3"].map((server) => site.numbers(server).current);
      for (let index = 1; index <= 6; index++) {
        site.client().write("GET /popular HTTP/1.1\r\nHost: a\r\n\r\n");
        while (current().reduce((sum, count) => sum + count) < index) await new Promise(setImmediate);
      }
      assert.equal(Math.max(...current()), most, current().join());
    });
  }
});
