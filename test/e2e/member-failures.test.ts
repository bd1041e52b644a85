import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import type { Check } from "../../src/health/check.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { aFailover, aHealth, aMember } from "../support/configs.ts";
import { portOf } from "../support/port-of.ts";
import { always, type RawConnection } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
const timeouts = {
  connectMs: 5000,
  responseMs: 10_000,
  idleMs: 20_000,
  keepAliveMs: 60_000,
  memberKeepAliveMs: 60_000,
};

const failing: Check = async () => ({ ok: false, asked: "", came: "", status: null, durationMs: 0, at: 0 });

type Behaviour = (connection: RawConnection) => void;

function onRequest(react: (connection: RawConnection) => void): Behaviour {
  return (connection) => {
    connection.socket.on("data", () => {
      if (!connection.text.endsWith("\r\n\r\n") && !connection.text.endsWith("abc")) return;
      connection.clear();
      react(connection);
    });
  };
}

const reset = (connection: RawConnection): unknown => connection.socket.resetAndDestroy();

/** A port on which nobody listens, and nobody else can while the test runs: it is a client's. */
async function deadPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect(portOf(server), "127.0.0.1");
  await once(socket, "connect");
  t.after(() => {
    socket.destroy();
    server.close();
  });
  return socket.localPort ?? 0;
}

/** How a member fails before its response has begun. */
const failures: readonly { name: string; member: Behaviour; code: string; status?: number }[] = [
  { name: "resets the connection", member: onRequest(reset), code: "member-closed" },
  { name: "closes without an answer", member: onRequest(({ socket }) => socket.end()), code: "member-closed" },
  {
    name: "closes in the middle of the header",
    member: onRequest(({ socket }) => socket.end("HTTP/1.1 200 OK\r\nContent-Le")),
    code: "member-closed",
  },
  {
    name: "resets in the middle of the header",
    member: onRequest((connection) =>
      connection.socket.write("HTTP/1.1 200 OK\r\nContent-Le", () => reset(connection)),
    ),
    code: "member-closed",
  },
  {
    name: "sends garbage",
    member: onRequest(({ socket }) => socket.write("\x16\x03\x01garbage")),
    code: "bad-response",
  },
  {
    name: "sends garbage with an end of a header",
    member: onRequest(({ socket }) => socket.write("SSH-2.0-x\r\n\r\n")),
    code: "bad-response",
  },
  {
    name: "answers with a malformed field",
    member: onRequest(({ socket }) => socket.write("HTTP/1.1 200 OK\r\nA : b\r\n\r\n")),
    code: "bad-response",
  },
  {
    name: "answers with a bare LF",
    member: onRequest(({ socket }) => socket.write("HTTP/1.1 200 OK\nContent-Length: 0\n\n")),
    code: "bad-response",
  },
  {
    name: "answers with a length and chunks",
    member: onRequest(({ socket }) =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ),
    code: "bad-response",
  },
  {
    name: "answers with two lengths",
    member: onRequest(({ socket }) =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
    ),
    code: "bad-response",
  },
  {
    name: "answers in HTTP/2",
    member: onRequest(({ socket }) => socket.write("HTTP/2 200\r\n\r\n")),
    code: "bad-response",
  },
  {
    name: "answers with a header that is too large",
    member: onRequest(({ socket }) => socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(300_000)}`)),
    code: "response-too-large",
  },
  {
    name: "answers with a complete header that is too large",
    member: onRequest(({ socket }) =>
      socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(300_000)}\r\nContent-Length: 0\r\n\r\n`),
    ),
    code: "response-too-large",
  },
];

describe("a member that", () => {
  for (const { name, member, code, status = 502 } of failures) {
    it(`${name} is a ${status} to POST, is blamed, and the client's connection goes on`, async (t) => {
      const site = await startSite(t, { members: [member, always(ok)], farm: { timeouts } });
      const client = site.client().write(post);
      const text = await client.untilText("</html>");
      assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\nX-Fairlead-Error: ${code}\\r\\n`));
      assert.doesNotMatch(text, /Connection: close/);
      assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [1, 0]);
      client.received = Buffer.alloc(0);
      assert.equal(await client.write(get).untilText("ok"), ok);
      await site.untilIdle();
      await (await site.member.connection()).untilGone();
    });

    it(`${name} is not noticed by GET, which goes to the other one`, async (t) => {
      const site = await startSite(t, { members: [member, always(ok)], farm: { timeouts } });
      const client = site.client().write(get);
      assert.equal(await client.untilText("ok"), ok);
      assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [1, 0]);
      assert.deepEqual([site.numbers("m1").total, site.numbers("m2").total], [1, 1]);
      await site.untilIdle();
    });
  }

  it("refuses connections is passed over, for POST too, with its body", async (t) => {
    const site = await startSite(t, { members: [null, null] });
    const port = await deadPort(t);
    const other = await startSite(t, {
      farm: { members: [aMember("m1", "127.0.0.1", port), { ...site.members[1]!.config, server: "m2" }] },
    });
    const client = other.client().write(post);
    const connection = await site.members[1]!.connection();
    assert.match(await connection.untilText("abc"), /\r\n\r\nabc$/);
    connection.write(ok);
    assert.equal(await client.untilText("ok"), ok);
    assert.equal(other.numbers("m1").failed, 1);
  });

  it("refuses connections and is the only one is a 502, and the client's connection goes on", async (t) => {
    const port = await deadPort(t);
    const site = await startSite(t, {
      farm: { members: [aMember("m1", "127.0.0.1", port), aMember("m2", "localhost", port)], liveTraffic: null },
    });
    const client = site.client();
    for (const number of [1, 2, 3]) {
      client.received = Buffer.alloc(0);
      client.write(post);
      assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 502 [^]*X-Fairlead-Error: connect-refused\r\n/);
      assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [number, number]);
    }
    assert.equal(site.numbers("m1").current + site.numbers("m2").current, 0);
  });

  it("stalls is left when the response's time is up, and GET goes to the other one", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { members: [null, always(ok)], farm: { timeouts }, clock });
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    await clock.advance(9900);
    assert.equal(client.text, "");
    await clock.advance(300);
    assert.equal(await client.untilText("ok"), ok);
    assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [1, 0]);
    await connection.untilGone();
    await site.untilIdle();
  });

  it("stalls is a 504 to POST, and the client's connection goes on", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { members: [null, always(ok)], farm: { timeouts }, clock });
    const client = site.client().write(post);
    const connection = await site.member.connection();
    await connection.untilText("abc");
    await clock.advance(10_200);
    assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 504 [^]*X-Fairlead-Error: response-timeout\r\n/);
    assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [1, 0]);
    await connection.untilGone();
    client.received = Buffer.alloc(0);
    assert.equal(await client.write(get).untilText("ok"), ok);
  });

  const cuts: readonly { name: string; begin: string; end: (connection: RawConnection) => unknown }[] = [
    {
      name: "closes in the middle of a body",
      begin: "Content-Length: 10\r\n\r\nabc",
      end: ({ socket }) => socket.end(),
    },
    { name: "resets in the middle of a body", begin: "Content-Length: 10\r\n\r\nabc", end: reset },
    {
      name: "closes in the middle of a chunk",
      begin: "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
      end: ({ socket }) => socket.end(),
    },
    {
      name: "closes before the last chunk",
      begin: "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
      end: ({ socket }) => socket.end(),
    },
    {
      name: "goes on with a malformed chunk",
      begin: "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
      end: ({ socket }) => socket.write("x\r\n"),
    },
    {
      name: "begins with a malformed chunk",
      begin: "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd",
      end: () => undefined,
    },
    { name: "resets a body that goes on until it closes", begin: "\r\nabc", end: reset },
  ];
  for (const { name, begin, end } of cuts) {
    it(`${name} is blamed, and the client's connection is broken off instead of ended`, async (t) => {
      const site = await startSite(t, { members: [null, always(ok)] });
      const client = site.client().write(get);
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      connection.write(`HTTP/1.1 200 OK\r\nDate: x\r\n${begin}`);
      if (!name.startsWith("begins")) await client.untilText("abc");
      end(connection);
      await client.until(({ closed }) => closed);
      assert.equal(client.ended, false);
      assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [1, 0]);
      assert.equal(site.members[1]!.connections.length, 0);
      await site.untilIdle();
    });
  }

  it("stops in the middle of a body has the client's connection broken off when the time is up", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { farm: { timeouts }, clock });
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    await client.untilText("abc");
    await clock.advance(20_200);
    await client.until(({ closed }) => closed);
    assert.equal(client.ended, false);
    await connection.untilGone();
    await site.untilIdle();
  });

  it("sends more than its response loses its connection, and nobody gets the rest", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write(`${ok}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`);
    await connection.untilGone();
    client.write(get);
    const second = await site.member.connection(1);
    await second.untilText("\r\n\r\n");
    second.write(ok);
    await client.until(({ received }) => received.length >= 2 * ok.length);
    assert.equal(client.text, ok + ok);
  });
});

describe("a failure", () => {
  it("has the member checked at once, not when its next check is due", async (t) => {
    const clock = new FakeClock();
    const checked: string[] = [];
    const check: Check = async ({ server }) => {
      checked.push(server);
      return { ok: true, asked: "", came: "", status: 200, durationMs: 0, at: 0 };
    };
    const site = await startSite(t, {
      members: [onRequest(reset), always(ok)],
      farm: { timeouts, health: aHealth({ everyMs: 60_000, whileFailingMs: 60_000 }) },
      clock,
      check,
    });
    await clock.advance(1000);
    assert.deepEqual(checked.toSorted(), ["m1", "m2"]);
    const client = site.client().write(get);
    assert.equal(await client.untilText("ok"), ok);
    await clock.advance(300);
    assert.deepEqual(checked.toSorted(), ["m1", "m1", "m2"]);
  });

  it("goes to no other member where the farm allows one attempt only", async (t) => {
    const site = await startSite(t, {
      members: [onRequest(reset), always(ok)],
      farm: { failover: aFailover({ tries: 1 }) },
    });
    assert.match(await site.client().write(get).untilText("</html>"), /^HTTP\/1\.1 502 /);
    assert.equal(site.members[1]!.connections.length, 0);
  });

  it("goes to as many members as the farm allows, each once", async (t) => {
    const site = await startSite(t, {
      members: [onRequest(reset), onRequest(reset), onRequest(reset), always(ok)],
      farm: { failover: aFailover({ tries: 3 }) },
    });
    assert.match(await site.client().write(get).untilText("</html>"), /^HTTP\/1\.1 502 /);
    const totals = ["m1", "m2", "m3", "m4"].map((server) => site.numbers(server).total);
    assert.equal(Math.max(...totals), 1);
    assert.equal(totals.filter((total) => total === 1).length, 3);
  });
});

describe("a 503", () => {
  const unavailable = "HTTP/1.1 503 No\r\nDate: x\r\nContent-Length: 3\r\n\r\n503";

  it("sends GET to the other member, and counts", async (t) => {
    const site = await startSite(t, { members: [always(unavailable), always(ok)] });
    const client = site.client();
    for (const number of [1, 2]) {
      client.received = Buffer.alloc(0);
      assert.equal(await client.write(get).untilText("ok"), ok, `request ${number}`);
    }
    assert.ok(site.numbers("m1").failed >= 1);
    assert.equal(site.numbers("m2").failed, 0);
  });

  it("is the answer to POST, and counts", async (t) => {
    const site = await startSite(t, { members: [onRequest(({ socket }) => socket.write(unavailable)), always(ok)] });
    const client = site.client().write(post);
    assert.equal(await client.untilText(/503$/), unavailable);
    assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [1, 0]);
    assert.equal(site.members[1]!.connections.length, 0);
  });

  it("is the answer to PUT, which is not safe to send twice", async (t) => {
    const site = await startSite(t, { members: [onRequest(({ socket }) => socket.write(unavailable)), always(ok)] });
    const client = site.client().write(post.replace("POST", "PUT"));
    assert.equal(await client.untilText(/503$/), unavailable);
    assert.equal(site.members[1]!.connections.length, 0);
  });

  it("of all members is the answer", async (t) => {
    const site = await startSite(t, { members: [always(unavailable), always(unavailable), always(unavailable)] });
    const client = site.client().write(get);
    assert.equal(await client.untilText(/503$/), unavailable);
    assert.equal(
      ["m1", "m2", "m3"].reduce((sum, server) => sum + site.numbers(server).failed, 0),
      2,
    );
    await site.untilIdle();
  });

  it("of the router says why, where no member is available", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { farm: { health: aHealth() }, clock, check: failing });
    await clock.advance(0);
    const client = site.client();
    for (const request of [get, post]) {
      client.received = Buffer.alloc(0);
      client.write(request);
      const text = await client.untilText("</html>");
      assert.match(text, /^HTTP\/1\.1 503 [^]*X-Fairlead-Error: no-member-available\r\n[^]*Retry-After: 5\r\n/);
    }
    assert.equal(site.member.connections.length, 0);
  });
});
