import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import type { Check } from "../../src/health/check.ts";
import type { FarmConfig } from "../../src/config/farm-config.ts";
import { aFarm, aHealth } from "../support/configs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { answerOf, startH2Site } from "../support/h2-site.ts";
import { quiet } from "../support/quiet.ts";
import { RawMember, type RawConnection } from "../support/raw-member.ts";
import { startSite, type Site } from "../support/site.ts";
import type { RawClient } from "../support/start-router.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const closeOk = "HTTP/1.1 200 OK\r\nDate: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

interface Wanted {
  readonly members?: number;
  readonly maxRequests?: number;
  readonly farm?: Partial<FarmConfig>;
  readonly clock?: FakeClock;
  readonly check?: Check;
}

class Scene {
  readonly site: Site;
  readonly queueMs: number[];

  constructor(site: Site, queueMs: number[]) {
    this.site = site;
    this.queueMs = queueMs;
  }

  static async start(
    t: TestContext,
    { members = 1, maxRequests = 1, farm = {}, ...rest }: Wanted = {},
  ): Promise<Scene> {
    const raw: RawMember[] = [];
    for (let index = 0; index < members; index++) raw.push(await RawMember.start(`m${index + 1}`));
    t.after(() => raw.forEach((member) => member.close()));
    const [first, ...others] = raw.map(({ config }) => ({ ...config, maxRequests }));
    assert.ok(first);
    const queueMs: number[] = [];
    const site = await startSite(t, {
      farm: { members: [first, ...others], ...farm },
      observers: [({ queueMs: ms }) => queueMs.push(ms)],
      ...rest,
    });
    return new Scene({ ...site, members: raw, member: raw[0]! }, queueMs);
  }

  /** Sends a request and lets it get as far as it can. */
  async send(path: string): Promise<RawClient> {
    const client = this.site.client();
    await once(client.socket, "connect");
    client.write(get(path));
    await quiet();
    return client;
  }

  /** The paths that members were asked for so far, in order. */
  asked(number = 1): string[] {
    const { connections } = this.site.members[number - 1]!;
    return connections.flatMap(({ text }) => [...text.matchAll(/GET (\S+) /g)].map(([, path = ""]) => path));
  }

  /** The connection on which a member was asked for it. */
  async on(path: string, number = 1): Promise<RawConnection> {
    const { connections } = this.site.members[number - 1]!;
    for (let turn = 0; turn < 500; turn++) {
      const found = connections.find(({ text }) => text.includes(`GET ${path} `));
      if (found !== undefined) return found;
      await quiet();
    }
    throw new Error(`nobody asks m${number} for ${path}, but for ${this.asked(number).join(", ")}`);
  }
}

const refusal = (code: string): RegExp => new RegExp(`^HTTP/1\\.1 503 [^]*X-Fairlead-Error: ${code}\\r\\n`);

describe("where all members are busy, a request", () => {
  it("waits, and goes on when another one ends; first come first served", async (t) => {
    const scene = await Scene.start(t);
    const clients: RawClient[] = [];
    for (const path of ["/1", "/2", "/3", "/4"]) clients.push(await scene.send(path));
    assert.deepEqual(scene.asked(), ["/1"]);
    for (const [index, client] of clients.entries()) {
      (await scene.on(`/${index + 1}`)).write(ok);
      assert.equal(await client.untilText("ok"), ok);
    }
    assert.deepEqual(scene.asked(), ["/1", "/2", "/3", "/4"]);
    assert.equal(scene.queueMs[0], 0);
    assert.ok(scene.queueMs.slice(1).every((ms) => ms > 0));
  });

  it("goes on whatever the other one ended by", async (t) => {
    const scene = await Scene.start(t);
    const first = await scene.send("/1");
    const second = await scene.send("/2");
    const third = await scene.send("/3");
    const fourth = await scene.send("/4");
    first.socket.resetAndDestroy();
    (await scene.on("/2")).socket.resetAndDestroy();
    assert.match(await second.untilText("</html>"), /^HTTP\/1\.1 502 /);
    (await scene.on("/3")).write(closeOk);
    await third.untilText("ok");
    (await scene.on("/4")).write(ok);
    await fourth.untilText("ok");
  });

  it("is not overtaken by one that comes later", async (t) => {
    const scene = await Scene.start(t, { members: 2 });
    const [first, , third] = [await scene.send("/1"), await scene.send("/2"), await scene.send("/3")];
    const connection = await scene.on("/1");
    connection.write(ok);
    await first.untilText("ok");
    first.clear();
    first.write(get("/4"));
    await connection.untilText("/3");
    await quiet();
    assert.ok(!scene.asked(1).includes("/4") && !scene.asked(2).includes("/4"));
    connection.write(ok);
    await third.untilText("ok");
    await connection.untilText("/4");
    connection.write(ok);
    await first.untilText("ok");
  });

  it("is refused where too many wait already", async (t) => {
    const scene = await Scene.start(t, { farm: { queue: { length: 2, timeoutMs: 10_000 } } });
    for (const path of ["/1", "/2", "/3"]) await scene.send(path);
    const refused = scene.site.client().write(get("/4"));
    assert.match(await refused.untilText("</html>"), refusal("queue-full"));
    assert.equal(scene.site.numbers().failed, 0);
    refused.clear();
    assert.match(await refused.write(get("/5")).untilText("</html>"), refusal("queue-full"));
  });

  it("is refused at once where none may wait", async (t) => {
    const scene = await Scene.start(t, { farm: { queue: { length: 0, timeoutMs: 10_000 } } });
    await scene.send("/1");
    assert.match(await scene.site.client().write(get("/2")).untilText("</html>"), refusal("queue-full"));
  });

  it("is refused when its time is up, and its place is free", async (t) => {
    const clock = new FakeClock();
    const timeouts = { connectMs: 0, responseMs: 0, idleMs: 0, keepAliveMs: 0, memberKeepAliveMs: 0 };
    const scene = await Scene.start(t, { clock, farm: { queue: { length: 1, timeoutMs: 3000 }, timeouts } });
    const first = await scene.send("/1");
    const second = await scene.send("/2");
    await clock.advance(2900);
    await quiet();
    assert.equal(second.text, "");
    await clock.advance(300);
    assert.match(await second.untilText("</html>"), refusal("queue-timeout"));
    assert.ok(scene.queueMs[0]! >= 3000, String(scene.queueMs));
    const third = await scene.send("/3");
    (await scene.on("/1")).write(ok);
    await first.untilText("ok");
    (await scene.on("/3")).write(ok);
    await third.untilText("ok");
    assert.deepEqual(scene.asked(), ["/1", "/3"]);
  });

  it("leaves the line where its client goes away", async (t) => {
    const scene = await Scene.start(t, { farm: { queue: { length: 1, timeoutMs: 10_000 } } });
    const first = await scene.send("/1");
    const second = await scene.send("/2");
    second.socket.resetAndDestroy();
    while (scene.queueMs.length === 0) await quiet();
    assert.ok(scene.queueMs[0]! > 0, "it is told how long it waited");
    const third = await scene.send("/3");
    (await scene.on("/1")).write(ok);
    await first.untilText("ok");
    (await scene.on("/3")).write(ok);
    await third.untilText("ok");
    assert.deepEqual(scene.asked(), ["/1", "/3"]);
  });

  it("keeps its place where its client sends no more, and is answered", async (t) => {
    const scene = await Scene.start(t);
    const first = await scene.send("/1");
    const second = await scene.send("/2");
    second.socket.end();
    await quiet();
    const connection = await scene.on("/1");
    connection.write(ok);
    await first.untilText("ok");
    (await scene.on("/2")).write(ok);
    assert.match(await second.untilEnd(), /^HTTP\/1\.1 200 [^]*\r\n\r\nok$/);
  });

  it("keeps its body, and that of a client that sends on", async (t) => {
    const scene = await Scene.start(t);
    const first = await scene.send("/1");
    const second = scene.site.client().write("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
    await quiet();
    second.write("def");
    await quiet();
    const connection = await scene.on("/1");
    connection.write(ok);
    await first.untilText("ok");
    await connection.untilText("abcdef");
    second.write("ghi");
    await connection.untilText("abcdefghi");
    connection.write(ok);
    assert.equal(await second.untilText("ok"), ok);
  });

  it("goes to a member that comes up", async (t) => {
    const clock = new FakeClock();
    const passing = new Set(["1"]);
    const scene = await Scene.start(t, {
      members: 2,
      clock,
      farm: { health: aHealth({ everyMs: 1000, whileFailingMs: 1000, rise: 1, host: "" }) },
      check: async (member) => {
        const passed = passing.has(member.server.slice(1));
        return { ok: passed, asked: "", came: "", status: null, durationMs: 0, at: 0 };
      },
    });
    await clock.advance(10);
    await scene.send("/1");
    const second = await scene.send("/2");
    assert.deepEqual(scene.asked(2), []);
    passing.add("2");
    await clock.advance(1100);
    (await scene.on("/2", 2)).write(ok);
    assert.equal(await second.untilText("ok"), ok);
  });

  it("is refused where all members go down", async (t) => {
    const clock = new FakeClock();
    let passes = true;
    const scene = await Scene.start(t, {
      clock,
      farm: { health: aHealth({ everyMs: 1000, whileFailingMs: 1000, fall: 1 }) },
      check: async () => ({ ok: passes, asked: "", came: "", status: null, durationMs: 0, at: 0 }),
    });
    await clock.advance(10);
    await scene.send("/1");
    const second = await scene.send("/2");
    passes = false;
    await clock.advance(1100);
    assert.match(await second.untilText("</html>"), refusal("no-member-available"));
  });

  for (const connectionAuth of ["pin", "auto"] as const) {
    it(`waits on a connection of its own as well, mode ${connectionAuth}`, async (t) => {
      const scene = await Scene.start(t, { farm: { connectionAuth } });
      const first = scene.site.client();
      await once(first.socket, "connect");
      const negotiate = "Authorization: Negotiate alice\r\n\r\n";
      first.write(get("/1").replace("\r\n\r\n", `\r\n${negotiate}`));
      const own = await scene.on("/1");
      own.write(ok);
      await first.untilText("ok");
      const second = await scene.send("/2");
      const other = await scene.on("/2");
      first.clear();
      first.write(get("/3"));
      await scene.send("/4");
      await quiet();
      assert.deepEqual(scene.asked().toSorted(), ["/1", "/2"]);
      other.write(ok);
      await second.untilText("ok");
      assert.equal(await scene.on("/3"), own);
      own.write(ok);
      assert.equal(await first.untilText("ok"), ok);
      await scene.on("/4");
    });
  }

  it("waits on over a reload, and is served", async (t) => {
    const scene = await Scene.start(t);
    const first = await scene.send("/1");
    const second = await scene.send("/2");
    const { router } = scene.site;
    await router.apply({ ...router.control.config });
    const third = await scene.send("/3");
    (await scene.on("/1")).write(ok);
    await first.untilText("ok");
    (await scene.on("/2")).write(ok);
    await second.untilText("ok");
    (await scene.on("/3")).write(ok);
    await third.untilText("ok");
    assert.deepEqual(scene.asked(), ["/1", "/2", "/3"]);
  });

  it("is served at once where a reload brings another member, or lifts the limit", async (t) => {
    const scene = await Scene.start(t);
    await scene.send("/1");
    const second = await scene.send("/2");
    const other = await RawMember.start("m2");
    t.after(() => other.close());
    const { router } = scene.site;
    await router.apply({ ...router.control.config, farms: [aFarm({ health: null, members: [other.config] })] });
    const connection = await other.connection();
    await connection.untilText("/2");
    connection.write(ok);
    assert.equal(await second.untilText("ok"), ok);
  });

  it("is refused where a reload removes its farm", async (t) => {
    const scene = await Scene.start(t);
    await scene.send("/1");
    const second = await scene.send("/2");
    const { router } = scene.site;
    const farm = aFarm({ name: "other", health: null });
    await router.apply({ ...router.control.config, farms: [farm], routes: [] });
    assert.match(await second.untilText("</html>"), refusal("no-member-available"));
  });
});

describe("over HTTP/2, streams", () => {
  it("wait in the same line, and leave it when they are reset", async (t) => {
    const member = await RawMember.start("m1");
    t.after(() => member.close());
    const site = await startH2Site(t, { farm: { members: [{ ...member.config, maxRequests: 1 }] } });
    const session = site.session();
    const streams = ["/1", "/2", "/3"].map((path) => session.request({ ":path": path }));
    for (const stream of streams) stream.on("error", () => undefined);
    const connection = await member.connection();
    await connection.untilText("GET /1 ");
    await quiet();
    assert.equal(connection.text.includes("GET /2 "), false);
    streams[1]!.close(8);
    await quiet();
    const answers = [answerOf(streams[0]!), answerOf(streams[2]!)];
    connection.write(ok);
    assert.equal((await answers[0]!).body, "ok");
    await connection.untilText("GET /3 ");
    connection.write(ok);
    assert.equal((await answers[1]!).body, "ok");
    assert.equal(connection.text.includes("GET /2 "), false);
    assert.equal(member.connections.length, 1);
  });
});
