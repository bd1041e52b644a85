import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AffinityConfig } from "../../src/config/farm-config.ts";
import { authenticating } from "../support/authenticating.ts";
import { aFarm } from "../support/configs.ts";
import { quiet } from "../support/quiet.ts";
import { until } from "../support/until.ts";
import { answer, ask, patience, startStateSite, type StateSite } from "../support/state-site.ts";
import type { RawClient } from "../support/start-router.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const withField = (field: string): string => `GET / HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`;

const byCookie: AffinityConfig = {
  cookie: {
    name: "sticky",
    format: "keyed",
    domain: null,
    path: "/",
    secure: "auto",
    httpOnly: true,
    sameSite: null,
    maxAgeSeconds: 0,
  },
  key: null,
  membersPerHost: 0,
  whenDown: "rebalance",
  idleMs: 0,
};

/** On m1, the only one that gets anything. */
async function logOnAtFirst(site: StateSite, user = "alice"): Promise<RawClient> {
  site.set("m2", "unavailable");
  const client = site.client();
  assert.equal(await ask(client, withField(`Authorization: NTLM 1:${user}`)), "401 continue");
  assert.equal(await ask(client, withField(`Authorization: NTLM 3:${user}`)), `200 ${user}`);
  site.set("m2", "available");
  return client;
}

describe("a member that is drained", () => {
  it("gets nothing from new clients, nor from those that keep their connection but belong to nobody", async (t) => {
    const site = await startStateSite(t);
    const clients = Array.from({ length: 4 }, () => site.client());
    for (const client of clients) await ask(client, get);
    site.set("m1", "drain");
    clients.push(site.client());
    for (const client of clients) for (let time = 0; time < 3; time++) assert.equal(await ask(client, get), "200 m2");
    assert.equal(site.numbers("m1").failed + site.numbers("m2").failed, 0);
    site.set("m1", "available");
    const later = new Set([await ask(site.client(), get), await ask(site.client(), get)]);
    assert.deepEqual([...later].toSorted(), ["200 m1", "200 m2"]);
  });

  it("keeps the clients that have its cookie, until it is unavailable", async (t) => {
    const site = await startStateSite(t, { farm: { affinity: byCookie, timeouts: patience } });
    site.set("m2", "unavailable");
    const first = site.client();
    assert.equal(await ask(first, get), "200 m1");
    const [, cookie = ""] = /^Set-Cookie: ([^;]+)/m.exec(first.text) ?? [];
    assert.match(cookie, /^sticky=/);
    site.set("m2", "available");
    site.set("m1", "drain");
    const bound = withField(`Cookie: ${cookie}`);
    for (const client of [first, site.client()]) {
      assert.equal(await ask(client, bound), "200 m1");
      assert.doesNotMatch(client.text, /Set-Cookie/);
      assert.equal(await ask(client, get), "200 m2");
    }
    site.set("m1", "unavailable");
    const client = site.client();
    assert.equal(await ask(client, bound), "200 m2");
    assert.match(client.text, /^Set-Cookie: sticky=/m);
  });

  it("keeps connections that were authenticated", async (t) => {
    const site = await startStateSite(t, { members: [authenticating, authenticating] });
    const alice = await logOnAtFirst(site);
    site.set("m1", "drain");
    for (let time = 0; time < 3; time++) assert.equal(await ask(alice, get), "200 alice");
    assert.equal(site.member.connections.length, 1);
    const bob = site.client();
    assert.equal(await ask(bob, withField("Authorization: Negotiate bob")), "200 bob");
    assert.equal(site.member.connections.length, 1);
    assert.deepEqual([site.numbers("m1").held, site.numbers("m2").held], [1, 1]);
    alice.close();
    await (await site.member.connection()).untilGone();
    assert.equal(site.numbers("m1").held, 0);
  });

  it("is left to itself where all others are: nobody new is served", async (t) => {
    const site = await startStateSite(t);
    site.set("m1", "drain");
    site.set("m2", "drain");
    assert.match(await ask(site.client(), get), /^503 /);
    const states = site.router.control.farms()[0]?.members.map(({ state }) => state);
    assert.deepEqual(states, ["drain", "drain"]);
  });
});

describe("a member that is unavailable", () => {
  it("may end what it does, and gets nothing more on that connection", async (t) => {
    const site = await startStateSite(t, { members: [null, null] });
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    site.set("m1", "unavailable");
    await quiet();
    assert.equal(client.text, "");
    connection.write(answer("late"));
    await client.untilText("late");
    await connection.untilGone();
    client.clear();
    client.write(get);
    const other = await site.members[1]!.connection();
    await other.untilText("\r\n\r\n");
    other.write(answer("other"));
    await client.untilText("other");
    assert.equal(site.member.connections.length, 1);
  });

  it("may end a download", async (t) => {
    const site = await startStateSite(t, { members: [null, null] });
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
    await client.untilText("12345");
    site.set("m1", "unavailable");
    await quiet();
    assert.equal(site.numbers().held, 1);
    connection.write("67890");
    await client.untilText("1234567890");
    await connection.untilGone();
    assert.equal(site.numbers().held, 0);
  });

  it("loses the connections that wait for anybody's request", async (t) => {
    const site = await startStateSite(t);
    site.set("m2", "unavailable");
    await ask(site.client(), get);
    site.set("m1", "unavailable");
    await (await site.member.connection()).untilGone();
    site.set("m1", "available");
    assert.equal(await ask(site.client(), get), "200 m1");
    assert.equal(site.member.connections.length, 2);
  });

  it("ends authenticated connections that wait, each together with its client's", async (t) => {
    const site = await startStateSite(t, { members: [authenticating, authenticating] });
    const alice = await logOnAtFirst(site);
    site.set("m1", "drain");
    const bob = site.client();
    assert.equal(await ask(bob, withField("Authorization: Negotiate bob")), "200 bob");
    alice.clear();
    site.set("m1", "unavailable");
    assert.equal(await alice.untilEnd(), "");
    assert.equal(alice.ended, true);
    await (await site.member.connection()).untilGone();
    assert.equal(await ask(bob, get), "200 bob");
  });

  it("lets the request of an authenticated connection end, then both connections", async (t) => {
    const site = await startStateSite(t, { members: [null, null] });
    site.set("m2", "unavailable");
    const client = site.client().write(withField("Authorization: Negotiate alice"));
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    site.set("m2", "available");
    site.set("m1", "unavailable");
    await quiet();
    connection.write(answer("alice"));
    assert.match(await client.untilEnd(), /\r\n\r\nalice$/);
    await connection.untilGone();
    assert.equal(site.members[1]!.connections.length, 0);
  });

  it("keeps a tunnel", async (t) => {
    const site = await startStateSite(t, { members: [null, null] });
    const client = site.client().write(withField("Connection: Upgrade\r\nUpgrade: websocket"));
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.clear();
    connection.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    await client.untilText("\r\n\r\n");
    site.set("m1", "unavailable");
    client.write("ping");
    await connection.untilText("ping");
    connection.write("pong");
    await client.untilText("pong");
    assert.equal(site.numbers().held, 1);
  });

  it("stays so over a reload, and what runs there is still its own", async (t) => {
    const site = await startStateSite(t, { members: [null, null] });
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    site.set("m1", "unavailable");
    const { config } = site.router.control;
    const [farm = aFarm()] = config.farms;
    // Other TLS settings make other members of the same names.
    await site.router.apply({ ...config, farms: [{ ...farm, tls: { ...farm.tls, serverName: "other.test" } }] });
    assert.deepEqual([site.numbers().state, site.numbers().held], ["unavailable", 1]);
    const other = site.client().write(get);
    const second = await site.members[1]!.connection();
    await second.untilText("\r\n\r\n");
    second.write(answer("m2"));
    await other.untilText("m2");
    second.clear();
    site.set("m1", "unavailable", { cut: true });
    // To the member as it is now, which has a connection that waits.
    await second.untilText("\r\n\r\n");
    second.write(answer("moved"));
    await client.untilText("moved");
    await connection.untilGone();
    assert.equal(site.numbers().held, 0);
  });
});

describe("a member that is taken out", () => {
  it("says how much is left there, and since when", async (t) => {
    const site = await startStateSite(t, { members: [null, null] });
    site.set("m2", "unavailable");
    const clients = [1, 2, 3].map(() => site.client().write(get));
    for (const index of clients.keys()) await (await site.member.connection(index)).untilText("\r\n\r\n");
    site.set("m1", "drain");
    const { held, oldestMs } = site.numbers();
    assert.equal(held, 3);
    assert.ok(oldestMs > 0);
    const left: number[] = [];
    for (const connection of site.member.connections) {
      connection.write(answer("done"));
      await until(() => site.numbers().held < 3 - left.length);
      left.push(site.numbers().held);
    }
    assert.deepEqual(left, [2, 1, 0]);
    assert.equal(site.numbers().oldestMs, 0);
    const emptied = site.router.control.events.since(0).filter(({ kind }) => kind === "emptied");
    assert.deepEqual(
      emptied.map(({ server, is, by }) => `${server} ${is} ${by}`),
      ["m2 unavailable ann", "m1 drain ann"],
    );
  });

  it("is a farm's event where too few are left, or none", async (t) => {
    const site = await startStateSite(t, { farm: { minimumServers: 2, timeouts: patience } });
    const { control } = site.router;
    const wish = { state: "drain", by: "ann", note: "", deadlineMs: null, cut: false } as const;
    const warnings = ["m1", "m2"].map((server) => control.setState({ farm: "owa", server }, wish)?.warnings);
    assert.deepEqual(warnings, [
      ["owa has 1 of 2 servers left (minimumServers is 2)"],
      ["owa has no server left (minimumServers is 2)"],
    ]);
    assert.deepEqual(control.setState({ farm: "owa", server: "m1" }, { ...wish, state: "available" })?.warnings, []);
    site.set("m2", "available");
    const events = control.events.since(0).filter(({ kind }) => kind === "farm");
    assert.deepEqual(
      events.map(({ was, is, by }) => `${was} -> ${is} by ${by}`),
      ["up -> low by ann", "low -> down by ann", "down -> low by ann", "low -> up by ann"],
    );
  });
});
