import assert from "node:assert/strict";
import { createServer, connect } from "node:net";
import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import { describe, it, type TestContext } from "node:test";
import { advanceUntil } from "../support/advance-until.ts";
import { authenticating } from "../support/authenticating.ts";
import { aFailover } from "../support/configs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { answerOf, h2Host, resetOf, startH2Site, type H2Site } from "../support/h2-site.ts";
import { portOf } from "../support/port-of.ts";
import { quiet } from "../support/quiet.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { answer, ask, named, patience, startStateSite, withStates, type StateSite } from "../support/state-site.ts";
import type { RawClient } from "../support/start-router.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
const now = { cut: true } as const;

/** m1 has got the request and says nothing; m2 answers. */
async function waiting(t: TestContext, request: string): Promise<Waiting> {
  const site = await startStateSite(t, { members: [null, named("m2")] });
  const client = site.client().write(request);
  const connection = await site.member.connection();
  await connection.untilText(request.endsWith("abc") ? "abc" : "\r\n\r\n");
  return { site, client, connection };
}

interface Waiting {
  readonly site: StateSite;
  readonly client: RawClient;
  readonly connection: RawConnection;
}

describe("what waits at a member that is unavailable now", () => {
  it("is asked of another one where that does no harm", async (t) => {
    const { site, client, connection } = await waiting(t, get);
    site.set("m1", "unavailable", now);
    assert.match(await client.untilText("m2"), /^HTTP\/1\.1 200 OK/);
    await connection.untilGone();
    await site.untilIdle();
    assert.deepEqual([site.numbers("m1").failed, site.numbers("m1").held], [0, 0]);
  });

  it("is a 503 where it may have been done, and the client's connection goes on", async (t) => {
    const { site, client, connection } = await waiting(t, post);
    site.set("m1", "unavailable", now);
    assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 503 [^]*\r\nX-Fairlead-Error: member-withdrawn\r\n/);
    await connection.untilGone();
    assert.equal(site.members[1]!.connections.length, 0);
    assert.equal(await ask(client, get), "200 m2");
    assert.equal(site.numbers("m1").failed, 0);
  });

  it("is a 503 in the middle of the request's body, and the connection ends", async (t) => {
    const { site, client } = await waiting(t, post.replace("3\r\n", "5\r\n"));
    site.set("m1", "unavailable", now);
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 503 [^]*X-Fairlead-Error: member-withdrawn/);
  });

  it("goes to another one whatever it is while it has not been sent", async (t) => {
    const site = await startStateSite(t, { members: [null, named("m2")] });
    const { config } = site.router.control;
    const [farm] = config.farms;
    assert.ok(farm !== undefined);
    // It never agrees to speak TLS.
    const [first, ...others] = farm.members.map((member) =>
      member.server === "m1" ? { ...member, protocol: "https" as const } : member,
    );
    assert.ok(first !== undefined);
    await site.router.apply({ ...config, farms: [{ ...farm, members: [first, ...others] }] });
    site.set("m2", "unavailable");
    const client = site.client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    await site.member.connection();
    site.set("m2", "available");
    site.set("m1", "unavailable", now);
    assert.match(await client.untilText("m2"), /^HTTP\/1\.1 200 OK/);
  });

  it("is not moved by an authenticated connection: the client begins anew", async (t) => {
    const site = await startStateSite(t, { members: [null, authenticating] });
    const client = site.client().write("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Negotiate alice\r\n\r\n");
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    site.set("m1", "unavailable", now);
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 503 [^]*X-Fairlead-Error: member-withdrawn/);
    assert.equal(site.members[1]!.connections.length, 0);
  });

  it("is moved whatever its number, and however often: an operator's word is nobody's failure", async (t) => {
    const site = await startStateSite(t, { members: [null, null, named("m3")], farm: { failover: aFailover() } });
    const [first, second] = site.members;
    site.set("m2", "unavailable");
    site.set("m3", "unavailable");
    // More than the budget has.
    const clients = Array.from({ length: 200 }, () => site.client().write(get));
    await (await first!.connection(199)).untilText("\r\n\r\n");
    await quiet();
    site.set("m2", "available");
    site.set("m1", "unavailable", now);
    await (await second!.connection(199)).untilText("\r\n\r\n");
    await quiet();
    site.set("m1", "available");
    site.set("m2", "unavailable", now);
    await (await first!.connection(399)).untilText("\r\n\r\n");
    await quiet();
    site.set("m3", "available");
    site.set("m1", "unavailable", now);
    for (const client of clients) assert.match(await client.untilText("m3"), /^HTTP\/1\.1 200 OK/);
    assert.equal(site.numbers("m1").failed + site.numbers("m2").failed, 0);
  });

  it("is a 503 where nobody else is left", async (t) => {
    const { site, client } = await waiting(t, get);
    site.set("m2", "drain");
    site.set("m1", "unavailable", now);
    assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 503 [^]*X-Fairlead-Error: member-withdrawn/);
  });

  it("is answered before what the client has sent behind it", async (t) => {
    const { site, client } = await waiting(t, post);
    client.write(get);
    await quiet();
    site.set("m1", "unavailable", now);
    assert.match(await client.untilText("m2"), /^HTTP\/1\.1 503 [^]*<\/html>\nHTTP\/1\.1 200 OK[^]*m2$/);
  });
});

const bodies = [
  ["of a length", "Content-Length: 10\r\n\r\n12345"],
  ["in chunks", "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"],
  ["that goes on until the end", "\r\n12345"],
] as const;

describe("a download from a member that is unavailable now", () => {
  for (const [what, body] of bodies) {
    it(`${what} is reset, and never looks whole`, async (t) => {
      const { site, client, connection } = await waiting(t, get);
      connection.write(`HTTP/1.1 200 OK\r\nDate: x\r\n${body}`);
      await client.untilText("12345");
      site.set("m1", "unavailable", now);
      await client.until(({ closed }) => closed);
      assert.equal(client.ended, false);
      assert.ok(client.text.endsWith(body));
      await connection.untilGone();
      await site.untilIdle();
      assert.deepEqual([site.numbers().failed, site.members[1]!.connections.length], [0, 0]);
    });

    it(`${what} over TLS ends without a farewell`, async (t) => {
      const site = withStates(await startH2Site(t, { members: [null, named("m2")], farm: { timeouts: patience } }));
      const tapped = await tappedClient(t, site);
      tapped.client.write(get.replace("Host: a", `Host: ${h2Host}`));
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      connection.write(`HTTP/1.1 200 OK\r\nDate: x\r\n${body}`);
      await tapped.until(/12345/);
      site.set("m1", "unavailable", now);
      await tapped.gone;
      assert.ok(!recordTypes(tapped.fromRouter()).includes(alert));
    });
  }

  it("over TLS would end with a farewell if it were whole", async (t) => {
    const site = await startH2Site(t, { members: [named("m1")], farm: { timeouts: patience } });
    const tapped = await tappedClient(t, site);
    tapped.client.write(get.replace("Host: a", `Host: ${h2Host}\r\nConnection: close`));
    await tapped.gone;
    assert.equal(recordTypes(tapped.fromRouter()).at(-1), alert);
  });
});

const alert = 21;

/** The types of the TLS records in these bytes (RFC 8446 5.1). */
function recordTypes(bytes: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) types.push(bytes[at] ?? 0);
  return types;
}

/** A TLS client whose connection is listened to: by TLS 1.2, which shows what kind each record is. */
async function tappedClient(t: TestContext, site: H2Site) {
  const pieces: Buffer[] = [];
  const tap = createServer((inbound) => {
    const outbound = connect(site.router.port, "127.0.0.1");
    outbound.on("data", (bytes) => pieces.push(bytes));
    for (const socket of [inbound, outbound]) socket.on("error", () => undefined);
    inbound.pipe(outbound).pipe(inbound);
    t.after(() => outbound.destroy());
  });
  tap.listen(0, "127.0.0.1");
  await once(tap, "listening");
  const client = connectTls({
    port: portOf(tap),
    host: "127.0.0.1",
    servername: h2Host,
    rejectUnauthorized: false,
    maxVersion: "TLSv1.2",
  });
  t.after(() => {
    client.destroy();
    tap.close();
  });
  let text = "";
  client.on("data", (bytes: Buffer) => (text += bytes.toString("latin1"))).on("error", () => undefined);
  const gone = once(client, "close");
  await once(client, "secureConnect");
  return {
    client,
    gone,
    fromRouter: () => Buffer.concat(pieces),
    async until(pattern: RegExp): Promise<void> {
      while (!pattern.test(text)) await once(client, "data");
    },
  };
}

describe("what else is under way at a member that is unavailable now", () => {
  it("ends: a tunnel, for both sides", async (t) => {
    const { site, client, connection } = await waiting(
      t,
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    connection.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    await client.untilText("\r\n\r\n");
    site.set("m1", "unavailable", now);
    await client.until(({ closed }) => closed);
    await connection.untilGone();
    assert.equal(site.numbers().held, 0);
  });

  it("ends: an upload whose answer is there already", async (t) => {
    const { site, client, connection } = await waiting(t, post.replace("3\r\n", "5\r\n"));
    connection.write(answer("early"));
    await client.untilText("early");
    site.set("m1", "unavailable", now);
    await client.untilEnd();
    await connection.untilGone();
  });

  it("ends: an authenticated connection that waits, with its client's, cleanly", async (t) => {
    const site = await startStateSite(t, { members: [authenticating, authenticating] });
    site.set("m2", "unavailable");
    const client = site.client();
    assert.equal(await ask(client, get.replace("Host: a", "Host: a\r\nAuthorization: Negotiate alice")), "200 alice");
    site.set("m2", "available");
    client.clear();
    site.set("m1", "unavailable", now);
    assert.equal(await client.untilEnd(), "");
    assert.equal(client.ended, true);
    await (await site.member.connection()).untilGone();
  });

  it("ends at the deadline, not before", async (t) => {
    const clock = new FakeClock();
    const site = await startStateSite(t, { members: [null, named("m2")], clock });
    site.set("m2", "unavailable");
    const clients = [get, post].map((request) => site.client().write(request));
    for (const index of [0, 1]) await (await site.member.connection(index)).untilText("\r\n\r\n");
    site.set("m2", "available");
    site.set("m1", "drain", { deadlineMs: 600_000 });
    await clock.advance(599_999);
    await quiet();
    assert.deepEqual([clients.map(({ text }) => text), site.numbers().held], [["", ""], 2]);
    await clock.advance(1);
    await clients[0]?.untilText("m2");
    await clients[1]?.untilText("member-withdrawn");
    await advanceUntil(clock, () => site.numbers().held === 0);
    const why = site.router.control.events.since(0).filter(({ kind }) => kind === "state");
    assert.match(why.at(-1)?.why ?? "", /deadline has come/);
  });
});

async function startHttp2(t: TestContext, headers: Record<string, string>, body?: string) {
  const site = withStates(await startH2Site(t, { members: [null, named("m2")], farm: { timeouts: patience } }));
  const stream = site.session().request({ ":path": "/", ...headers }, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const connection = await site.member.connection();
  await connection.untilText(body ?? "\r\n\r\n");
  return { site, stream, connection };
}

describe("over HTTP/2, at a member that is unavailable now", () => {
  it("a GET that waits is asked of another one", async (t) => {
    const { site, stream } = await startHttp2(t, {});
    const answered = answerOf(stream);
    site.set("m1", "unavailable", now);
    assert.deepEqual([(await answered).status, (await answered).body], [200, "m2"]);
  });

  it("a POST that waits is a 503", async (t) => {
    const { site, stream } = await startHttp2(t, { ":method": "POST" }, "abc");
    const answered = answerOf(stream);
    site.set("m1", "unavailable", now);
    const { status, headers } = await answered;
    assert.deepEqual([status, headers["x-fairlead-error"]], [503, "member-withdrawn"]);
  });

  for (const [what, body] of bodies) {
    it(`a download ${what} is reset`, async (t) => {
      const { site, stream, connection } = await startHttp2(t, {});
      connection.write(`HTTP/1.1 200 OK\r\nDate: x\r\n${body}`);
      await once(stream, "data");
      const reset = resetOf(stream);
      site.set("m1", "unavailable", now);
      assert.equal(await reset, 2);
      await connection.untilGone();
    });
  }
});
