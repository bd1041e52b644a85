import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { FailoverConfig, FarmConfig } from "../../src/config/farm-config.ts";
import { aFailover, aHealth, aLiveTraffic } from "../support/configs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { quiet } from "../support/quiet.ts";
import { always, RawMember, type RawConnection } from "../support/raw-member.ts";
import { startSite, type Site } from "../support/site.ts";
import type { RawClient } from "../support/start-router.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
const timeouts = { connectMs: 0, responseMs: 0, idleMs: 0, keepAliveMs: 0, memberKeepAliveMs: 0 };
const ok = answer("ok");

function answer(body: string): string {
  return `HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

const refused = /^HTTP\/1\.1 503 [^]*\r\nX-Fairlead-Error: no-member-available\r\n/;

/** Members whose checks pass unless they are named here. */
class Scene {
  readonly clock = new FakeClock();
  readonly failing = new Set<string>();
  site!: Site;

  static async start(
    t: TestContext,
    members: readonly (((connection: RawConnection) => void) | null)[],
    farm: Partial<FarmConfig> = {},
  ): Promise<Scene> {
    const scene = new Scene();
    scene.site = await startSite(t, {
      members,
      clock: scene.clock,
      farm: {
        health: aHealth({ everyMs: 1000, whileFailingMs: 1000, fall: 1, rise: 1, host: "" }),
        timeouts,
        ...farm,
      },
      check: async ({ server }) => {
        const passes = !scene.failing.has(server);
        return { ok: passes, asked: "", came: "", status: null, durationMs: 0, at: 0 };
      },
    });
    await scene.clock.advance(10);
    return scene;
  }

  async down(...servers: readonly string[]): Promise<void> {
    for (const server of servers) this.failing.add(server);
    await this.clock.advance(1100);
  }

  async up(...servers: readonly string[]): Promise<void> {
    for (const server of servers) this.failing.delete(server);
    await this.clock.advance(1100);
  }

  async ask(request = get): Promise<string> {
    const client = this.site.client();
    return client.write(request).untilText(/\r\n\r\n(\w+|[^]*<\/html>\n)$/);
  }
}

/** Sends it to the first member, which says nothing. */
async function waiting(scene: Scene, request: string): Promise<[RawClient, RawConnection]> {
  const { member } = scene.site;
  const index = member.connections.length;
  const client = scene.site.client().write(request);
  const connection = await member.connection(index);
  await connection.untilText(/\r\n\r\n(abc)?$/);
  return [client, connection];
}

describe("when a member goes down,", () => {
  it("GET that waits there is answered by the other one at once, and POST waits on", async (t) => {
    const scene = await Scene.start(t, [null, null]);
    const [first, second] = scene.site.members;
    // In turn: each member gets one of each.
    const clients: RawClient[] = [];
    for (const request of [get, get, post, post]) {
      clients.push(scene.site.client().write(request));
      const sent = clients.length;
      while (first!.connections.length + second!.connections.length < sent) await quiet();
    }
    assert.deepEqual([first!.connections.length, second!.connections.length], [2, 2]);
    await scene.down("m1");
    const moved = await second!.connection(2);
    assert.match(await moved.untilText("\r\n\r\n"), /^GET /);
    await quiet();
    assert.equal(second!.connections.length, 3);
    for (const connection of second!.connections) connection.write(answer("other"));
    const poster = first!.connections.find(({ text }) => text.startsWith("POST"));
    poster!.write(answer("first"));
    const texts = await Promise.all(clients.map(async (client) => client.untilText(/other|first/)));
    assert.deepEqual(texts.filter((text) => text === answer("first")).length, 1);
    assert.equal(scene.site.numbers("m1").failed, 0);
    await scene.site.untilIdle();
  });

  it("nothing moves from it to one that is down as well", async (t) => {
    const scene = await Scene.start(t, [null, null], { failover: aFailover({ allDown: "panic" }) });
    await scene.down("m2");
    const [client, connection] = await waiting(scene, get);
    await scene.down("m1");
    await quiet();
    assert.equal(scene.site.members[1]!.connections.length, 0);
    connection.write(ok);
    assert.equal(await client.untilText("ok"), ok);
  });

  it("and nobody else works, GET that waits there is answered by the first that comes back", async (t) => {
    const scene = await Scene.start(t, [null, always(answer("other"))]);
    await scene.down("m2");
    const [client] = await waiting(scene, get);
    const [poster] = await waiting(scene, post);
    await scene.down("m1");
    await quiet();
    assert.equal(client.text, "");
    await scene.up("m2");
    assert.equal(await client.untilText("other"), answer("other"));
    await quiet();
    assert.equal(poster.text, "");
  });

  it("what has begun to be answered is answered to its end", async (t) => {
    const scene = await Scene.start(t, [null, always(answer("other"))]);
    const [client, connection] = await waiting(scene, get);
    connection.write("HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\no");
    await client.untilText(/\r\n\r\no$/);
    await scene.down("m1");
    connection.write("k");
    assert.equal(await client.untilText("ok"), ok);
  });

  for (const leave of ["down", "cut"] as const) {
    it(`POST that it has not seen yet goes to the other one at once (${leave})`, async (t) => {
      const members: readonly RawMember[] = [await RawMember.start("m1"), await RawMember.start("m2", always(ok))];
      t.after(() => members.forEach((member) => member.close()));
      const [first, second] = members;
      // A handshake that is never answered.
      const scene = await Scene.start(t, [null], {
        members: [{ ...first!.config, protocol: "https" }, second!.config],
      });
      const client = scene.site.client().write(post);
      await (await first!.connection()).until(({ total }) => total > 0);
      const wish = { state: "unavailable", by: "t", note: "", deadlineMs: null, cut: true } as const;
      if (leave === "down") await scene.down("m1");
      else scene.site.router.control.setState({ server: "m1", farm: "owa" }, wish);
      assert.equal(await client.untilText(/ok$|<\/html>/), ok);
    });
  }

  it("what moves over a reload goes to one that works now", async (t) => {
    const scene = await Scene.start(t, [null, null, always(answer("third"))]);
    const [client] = await waiting(scene, get);
    const { router } = scene.site;
    await router.apply({ ...router.control.config });
    await scene.down("m2");
    await scene.down("m1");
    assert.equal(await client.untilText("third"), answer("third"));
    assert.equal(scene.site.members[1]!.connections.length, 0);
  });
});

async function startTwo(t: TestContext, failover: Partial<FailoverConfig>): Promise<Scene> {
  return Scene.start(t, [always(answer("one")), always(answer("two"))], { failover: aFailover(failover) });
}

describe("where no member is available,", () => {
  it("refuse answers 503 until one is back", async (t) => {
    const scene = await startTwo(t, {});
    await scene.down("m1", "m2");
    assert.match(await scene.ask(), refused);
    await scene.up("m2");
    assert.equal(await scene.ask(), answer("two"));
  });

  it("panic asks all", async (t) => {
    const scene = await startTwo(t, { allDown: "panic" });
    await scene.down("m1");
    assert.equal(await scene.ask(), answer("two"));
    await scene.clock.advance(60_000);
    await scene.down("m2");
    const answers = new Set([await scene.ask(), await scene.ask(), await scene.ask(post)]);
    assert.deepEqual([...answers].toSorted(), [answer("one"), answer("two")]);
  });

  it("panic asks nobody that an operator has taken out", async (t) => {
    const scene = await startTwo(t, { allDown: "panic" });
    const wish = { by: "t", note: "", deadlineMs: null, cut: false };
    scene.site.router.control.setState({ server: "m1", farm: "owa" }, { ...wish, state: "unavailable" });
    await scene.down("m1", "m2");
    for (let time = 0; time < 3; time++) assert.equal(await scene.ask(), answer("two"));
    scene.site.router.control.setState({ server: "m2", farm: "owa" }, { ...wish, state: "drain" });
    assert.match(await scene.ask(), refused);
  });

  it("last-known-good asks those that were the last ones to work", async (t) => {
    const scene = await startTwo(t, { allDown: "last-known-good" });
    await scene.down("m1");
    await scene.clock.advance(60_000);
    await scene.down("m2");
    for (let time = 0; time < 3; time++) assert.equal(await scene.ask(), answer("two"));
  });

  it("last-known-good asks all where they went down together", async (t) => {
    const scene = await startTwo(t, { allDown: "last-known-good" });
    await scene.down("m1", "m2");
    const answers = new Set([await scene.ask(), await scene.ask()]);
    assert.deepEqual([...answers].toSorted(), [answer("one"), answer("two")]);
  });

  it("the farm's own page says so, byte by byte, and when to come again", async (t) => {
    const sorryPage = Buffer.from("<h1>Désolé — bientôt</h1>").toString("latin1");
    const scene = await startTwo(t, { sorryPage, retryAfterSeconds: 120 });
    await scene.down("m1", "m2");
    const client = scene.site.client().write(get);
    const text = await client.untilText("</h1>");
    assert.match(text, refused);
    assert.match(text, /\r\nRetry-After: 120\r\n/);
    const [head = "", body] = text.split("\r\n\r\n");
    assert.equal(body, sorryPage);
    assert.equal(Number(/Content-Length: (\d+)/.exec(head)?.[1]), Buffer.byteLength("<h1>Désolé — bientôt</h1>"));
    client.clear();
    assert.doesNotMatch(await client.write(get.replace("GET", "HEAD")).untilText("\r\n\r\n"), /<h1>/);
  });

  it("nothing is said of when to come again where that is off", async (t) => {
    const scene = await startTwo(t, { retryAfterSeconds: 0 });
    await scene.down("m1", "m2");
    const text = await scene.ask();
    assert.match(text, refused);
    assert.doesNotMatch(text, /Retry-After/);
  });
});

const once503 = "HTTP/1.1 503 No\r\nDate: x\r\nContent-Length: 3\r\n\r\n503";

describe("ejection, as clients see it:", () => {
  const live = aLiveTraffic({ action: "eject", ejectMs: 10_000 });

  it("a member that fails is left alone, tried by one request at a time, and comes back", async (t) => {
    let broken = true;
    const first = (connection: RawConnection): void => {
      connection.socket.on("data", () => {
        if (broken) connection.socket.destroy();
      });
    };
    const scene = await Scene.start(t, [first, always(answer("two"))], { liveTraffic: live, health: null });
    const { member } = scene.site;
    for (let time = 0; time < 10; time++) assert.equal(await scene.ask(), answer("two"));
    assert.equal(member.connections.length, 2);
    broken = false;
    await scene.clock.advance(10_000);
    const clients = Array.from({ length: 10 }, () => scene.site.client().write(get));
    await quiet();
    assert.equal(member.connections.length, 3, "one request tries it");
    member.connections[2]!.write(answer("one"));
    const texts = await Promise.all(clients.map(async (client) => client.untilText(/one|two/)));
    assert.equal(texts.filter((text) => text === answer("one")).length, 1);
    const more = Array.from({ length: 10 }, () => scene.site.client().write(get));
    await quiet();
    for (const { socket } of member.connections) if (!socket.destroyed) socket.write(answer("one"));
    assert.ok(member.connections.length > 4, String(member.connections.length));
    for (const client of more) client.close();
  });

  it("a member whose trial fails stays out for twice as long, and the request goes elsewhere", async (t) => {
    const failing = always(once503);
    const scene = await Scene.start(t, [failing, always(answer("two"))], { liveTraffic: live, health: null });
    for (let time = 0; time < 6; time++) assert.equal(await scene.ask(), answer("two"));
    await scene.clock.advance(10_000);
    const failed = scene.site.numbers("m1").total;
    for (let time = 0; time < 6; time++) assert.equal(await scene.ask(), answer("two"));
    assert.equal(scene.site.numbers("m1").total, failed + 1);
    await scene.clock.advance(19_000);
    await scene.ask();
    await scene.ask();
    assert.equal(scene.site.numbers("m1").total, failed + 1);
  });

  it("a web socket on a member on trial brings it back at once", async (t) => {
    const scene = await Scene.start(t, [null, null], { liveTraffic: live, health: null });
    const { router, member } = scene.site;
    for (let time = 0; time < 2; time++) {
      router.control.receive({ type: "member-failed", farm: "owa", server: "m1", code: "member-closed" });
    }
    router.control.setState(
      { server: "m2", farm: "owa" },
      { state: "drain", by: "t", note: "", deadlineMs: null, cut: false },
    );
    await scene.clock.advance(10_000);
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    const client = scene.site.client().write(`GET / HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`);
    const connection = await member.connection();
    await connection.untilText("\r\n\r\n");
    assert.equal(scene.site.numbers("m1").trial, true);
    connection.write(`HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`);
    await client.untilText("\r\n\r\n");
    assert.equal(scene.site.numbers("m1").trial, false);
  });

  it("the status that puts a member out is still the answer to its own request", async (t) => {
    const failed = "HTTP/1.1 500 No\r\nDate: x\r\nContent-Length: 3\r\n\r\n500";
    const statuses = aLiveTraffic({ action: "eject", statuses: [500] });
    const scene = await Scene.start(t, [always(failed), always(answer("two"))], {
      liveTraffic: statuses,
      health: null,
    });
    const texts: string[] = [];
    for (let time = 0; time < 6; time++) texts.push(await scene.ask());
    assert.deepEqual(texts.filter((text) => text === failed).length, 2);
    assert.deepEqual(texts.filter((text) => text === answer("two")).length, 4);
    assert.equal(scene.site.numbers("m2").total, 4);
    await scene.site.untilIdle();
  });

  it("all members are never out, however they fail", async (t) => {
    const scene = await Scene.start(t, [always(once503), always(once503)], { liveTraffic: live, health: null });
    for (let time = 0; time < 20; time++) assert.equal(await scene.ask(), once503);
    const healthy = ["m1", "m2"].filter((server) => scene.site.numbers(server).healthy === true);
    assert.equal(healthy.length, 1);
  });

  it("no more are out than minimumServers allows", async (t) => {
    const members = [always(once503), always(answer("two")), always(answer("three"))];
    const scene = await Scene.start(t, members, { liveTraffic: live, health: null, minimumServers: 3 });
    for (let time = 0; time < 12; time++) await scene.ask();
    assert.equal(scene.site.numbers("m1").healthy, true);
  });
});

describe("after it has come back,", () => {
  it("a member gets a small share at first", async (t) => {
    const members = [always(answer("one")), always(answer("two"))];
    const scene = await Scene.start(t, members, { slowStartMs: 60_000 });
    const share = async (): Promise<number> => {
      const client = scene.site.client();
      let ones = 0;
      for (let time = 0; time < 200; time++) {
        client.clear();
        if ((await client.write(get).untilText(/one|two/)).endsWith("one")) ones++;
      }
      return ones / 200;
    };
    const usual = await share();
    assert.ok(usual > 0.4, String(usual));
    await scene.down("m1");
    await scene.up("m1");
    const small = await share();
    assert.ok(small < 0.25, String(small));
    await scene.clock.advance(60_000);
    assert.ok((await share()) > 0.4);
  });
});
