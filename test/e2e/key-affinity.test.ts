import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { AffinityConfig } from "../../src/config/farm-config.ts";
import { openRaw } from "../../src/lab/testing/raw-client.ts";
import {
  type Asked,
  ask,
  byHost,
  byCookie,
  byKey,
  memberOf,
  named,
  namedMembers,
  okAnswer,
  setServer,
  spread,
  Visitor,
} from "../support/affinity.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startSite, type Site, type SiteOptions } from "../support/site.ts";

const forwarded = { trusted: ["127.0.0.0/8"], standard: false };
const clients = Array.from({ length: 24 }, (_, index) => index + 1);

/** How one client is told from another. */
interface Way {
  readonly what: string;
  readonly affinity: AffinityConfig;
  readonly of: (client: number) => Asked;
}

const ways: readonly Way[] = [
  {
    what: "its address",
    affinity: byKey({ source: "client-address" }),
    of: (client) => ({ fields: `X-Forwarded-For: 192.0.2.${client}\r\n` }),
  },
  {
    what: "a header",
    affinity: byKey({ source: "header", name: "Authorization" }),
    of: (client) => ({ fields: `AUTHORIZATION: Basic ${Buffer.from(`user${client}:secret`).toString("base64")}\r\n` }),
  },
];

async function bound(t: TestContext, affinity: AffinityConfig, options: SiteOptions = {}): Promise<Site> {
  return startSite(t, {
    members: namedMembers(3),
    config: { forwarded },
    ...options,
    farm: { affinity, ...options.farm },
  });
}

async function membersOf(site: Site, { of }: Way): Promise<string[]> {
  const members: string[] = [];
  for (const client of clients) members.push(memberOf(await ask(site.router.port, of(client))));
  return members;
}

for (const way of ways) {
  describe(`a client that is known by ${way.what}`, () => {
    it("has the same member on all its connections, others have other members", async (t) => {
      const site = await bound(t, way.affinity);
      const first = await membersOf(site, way);
      assert.equal(new Set(first).size, 3);
      assert.deepEqual(await membersOf(site, way), first);
    });

    it("gets no cookie", async (t) => {
      const site = await bound(t, way.affinity);
      assert.doesNotMatch((await ask(site.router.port, way.of(1))).head, /set-cookie/i);
    });

    it("stays while its member drains, also after a reload; new ones go elsewhere", async (t) => {
      const site = await bound(t, way.affinity);
      const first = await membersOf(site, way);
      setServer(site.router, "m2", "drain");
      assert.deepEqual(await membersOf(site, way), first);
      const { config } = site.router.control;
      await site.router.apply({ ...config, farms: config.farms.map((farm) => ({ ...farm, slowStartMs: 1 })) });
      assert.deepEqual(await membersOf(site, way), first);
      const newcomers = await spread(site.router.port, 20, (index) => way.of(index + 100));
      assert.equal(newcomers["m2"], undefined);
    });

    it("that was moved stays where it is when its member comes back", async (t) => {
      const site = await bound(t, way.affinity);
      const first = await membersOf(site, way);
      setServer(site.router, "m2", "unavailable");
      const moved = await membersOf(site, way);
      assert.ok(!moved.includes("m2"));
      for (const [index, member] of first.entries()) if (member !== "m2") assert.equal(moved[index], member);
      setServer(site.router, "m2", "available");
      assert.deepEqual(await membersOf(site, way), moved);
    });

    it("is refused while its member is down, where the farm wants that", async (t) => {
      const site = await bound(t, { ...way.affinity, whenDown: "refuse" });
      const first = await membersOf(site, way);
      setServer(site.router, "m2", "unavailable");
      const expected = first.map((member) => (member === "m2" ? "affinity-member-down" : member));
      assert.deepEqual(await membersOf(site, way), expected);
      setServer(site.router, "m2", "available");
      assert.deepEqual(await membersOf(site, way), first);
    });

    it("goes elsewhere within the same request where its member fails", async (t) => {
      const bad = { now: "" };
      const members = ["m1", "m2", "m3"].map((name) =>
        named(name, () => (bad.now === name ? "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" : okAnswer)),
      );
      const site = await bound(t, way.affinity, { members, farm: { liveTraffic: null } });
      const asked = way.of(1);
      bad.now = memberOf(await ask(site.router.port, asked));
      const moved = await ask(site.router.port, asked);
      assert.equal(moved.status, 200);
      bad.now = "";
      assert.deepEqual(await spread(site.router.port, 5, () => asked), { [memberOf(moved)]: 5 });
    });

    it("is forgotten after its idle time, and each request begins that anew", async (t) => {
      const clock = new FakeClock();
      const site = await bound(t, { ...way.affinity, idleMs: 60_000 }, { clock });
      const first = await membersOf(site, way);
      const bounded = clients.filter((_client, index) => first[index] === "m2");
      const [faithful = 0, idle = 0] = bounded;
      assert.ok(bounded.length >= 2);
      setServer(site.router, "m2", "drain");
      for (let minutes = 0; minutes < 4; minutes++) {
        await clock.advance(40_000);
        assert.equal(memberOf(await ask(site.router.port, way.of(faithful))), "m2");
      }
      assert.match(memberOf(await ask(site.router.port, way.of(idle))), /^m[13]$/);
    });

    it("and says nothing of the kind goes where the balance sends it", async (t) => {
      const site = await bound(t, way.affinity);
      const unknown = way.what === "a header" ? "" : "X-Forwarded-For: unknown\r\n";
      assert.deepEqual(await spread(site.router.port, 9, () => ({ fields: unknown })), { m1: 3, m2: 3, m3: 3 });
    });
  });
}

function from(address: string): Asked {
  return { fields: `X-Forwarded-For: ${address}\r\n` };
}

describe("a client's address", () => {
  it("is that of its connection where nobody is trusted", async (t) => {
    const site = await bound(t, byKey({ source: "client-address" }), { config: {} });
    const seen = await spread(site.router.port, 12, (index) => ({ fields: `X-Forwarded-For: 192.0.2.${index}\r\n` }));
    assert.deepEqual(Object.values(seen), [12]);
  });

  it("may change from request to request on a connection of a trusted proxy", async (t) => {
    const way = ways[0]!;
    const site = await bound(t, way.affinity);
    const first = await membersOf(site, way);
    const client = await openRaw(site.router.port);
    t.after(() => client.close());
    for (const [index, member] of first.entries()) {
      const { fields = "" } = way.of(clients[index] ?? 0);
      assert.equal(memberOf(await client.request(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`)), member);
    }
  });

  it("of IPv6 is its network", async (t) => {
    const site = await bound(t, byKey({ source: "client-address" }));
    for (let network = 0; network < 8; network++) {
      const seen = await spread(site.router.port, 6, (index) => from(`2001:db8:0:${network}::${index + 1}`));
      assert.equal(Object.keys(seen).length, 1);
    }
    const networks = await spread(site.router.port, 24, (index) => from(`2001:db8:0:${index}::1`));
    assert.equal(Object.keys(networks).length, 3);
  });
});

describe("host names", () => {
  const hosts = Array.from({ length: 30 }, (_, index) => `www.site${index}.test`);

  async function membersOfHosts(site: Site): Promise<Map<string, Set<string>>> {
    const found = new Map<string, Set<string>>();
    for (const host of hosts) {
      const seen = await spread(site.router.port, 6, (index) => ({
        host: index % 2 === 0 ? host : `${host.toUpperCase()}:8080`,
      }));
      found.set(host, new Set(Object.keys(seen)));
    }
    return found;
  }

  for (const perHost of [1, 2]) {
    it(`are served by ${perHost} of the members each, by all together`, async (t) => {
      const site = await bound(t, byHost(perHost));
      const found = await membersOfHosts(site);
      for (const [host, members] of found) assert.equal(members.size, perHost, host);
      const all = [...found.values()].map((members) => [...members].toSorted().join());
      assert.equal(new Set(all).size, 3);
    });

    it(`move from a member that is down, ${perHost} per host, and no others`, async (t) => {
      const site = await bound(t, byHost(perHost));
      const before = await membersOfHosts(site);
      setServer(site.router, "m2", "unavailable");
      const during = await membersOfHosts(site);
      for (const [host, members] of before) {
        const now = during.get(host) ?? new Set();
        assert.equal(now.size, perHost);
        assert.ok(!now.has("m2"));
        for (const member of members) if (member !== "m2") assert.ok(now.has(member), `${host} ${member}`);
      }
      setServer(site.router, "m2", "available");
      assert.deepEqual(await membersOfHosts(site), before);
    });
  }

  it("choose the members, and a cookie one among them", async (t) => {
    const site = await bound(t, byCookie({}, { membersPerHost: 2 }));
    for (const host of hosts.slice(0, 6)) {
      const first = new Visitor(site.router.port);
      const second = new Visitor(site.router.port);
      const members = [await first.member({ host }), await second.member({ host })] as const;
      assert.notEqual(members[0], members[1]);
      for (let round = 0; round < 3; round++) {
        assert.deepEqual([await first.member({ host }), await second.member({ host })], members);
      }
      const seen = await spread(site.router.port, 6, () => ({ host }));
      assert.deepEqual(Object.keys(seen).toSorted(), members.toSorted());
    }
  });
});
