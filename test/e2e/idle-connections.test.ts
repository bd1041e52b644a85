import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../support/fake-clock.ts";
import { always, type RawConnection } from "../support/raw-member.ts";
import { quiet } from "../support/quiet.ts";
import { type Site, startSite } from "../support/site.ts";
import type { RawClient } from "../support/start-router.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const timeouts = { connectMs: 5000, responseMs: 0, idleMs: 0, keepAliveMs: 0, memberKeepAliveMs: 60_000 };

async function ask(client: RawClient, request = get): Promise<void> {
  client.received = Buffer.alloc(0);
  await client.write(request).untilText("ok");
}

/** One answered request, whose connection then waits. */
async function warm(site: Site): Promise<{ client: RawClient; connection: RawConnection }> {
  const client = site.client().write(get);
  const connection = await site.member.connection(site.member.connections.length);
  await connection.untilText("\r\n\r\n");
  connection.clear();
  connection.write(ok);
  await client.untilText("ok");
  client.received = Buffer.alloc(0);
  return { client, connection };
}

describe("a member connection that waits", () => {
  it("is used by the next request of anybody, the last one first", async (t) => {
    const site = await startSite(t);
    const one = await Promise.all(
      [0, 1].map(async (index) => {
        const client = site.client().write(get);
        const connection = await site.member.connection(index);
        await connection.untilText("\r\n\r\n");
        connection.clear();
        return { client, connection };
      }),
    );
    const [first, second] = one;
    assert.ok(first && second);
    for (const { connection, client } of [second, first]) {
      connection.write(ok);
      await client.untilText("ok");
    }
    for (let request = 0; request < 3; request++) {
      const client = site.client().write(get);
      await first.connection.untilText("\r\n\r\n");
      first.connection.clear();
      first.connection.write(ok);
      await client.untilText("ok");
    }
    assert.equal(second.connection.text, "");
    assert.equal(site.member.connections.length, 2);
  });

  it("is closed when the configured time is up", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const { connection } = await warm(site);
    await clock.advance(59_900);
    assert.equal(connection.ended, false);
    await clock.advance(300);
    await connection.untilGone();
  });

  it("is not closed by that time once it is used again", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const { client, connection } = await warm(site);
    await clock.advance(59_000);
    client.write(get);
    await connection.untilText("\r\n\r\n");
    await clock.advance(5000);
    connection.write(ok);
    assert.equal(await client.untilText("ok"), ok);
    await clock.advance(59_000);
    assert.equal(connection.ended, false);
  });

  it("is closed a second before the member's own time is up, where that is shorter", async (t) => {
    for (const [announced, expectedMs] of [
      ["timeout=10, max=100", 9000],
      ["max=5, Timeout=10", 9000],
      ["timeout=600", 60_000],
    ] as const) {
      const clock = new FakeClock();
      const site = await startSite(t, { clock, farm: { timeouts } });
      const client = site.client().write(get);
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      connection.write(`HTTP/1.1 200 OK\r\nKeep-Alive: ${announced}\r\nContent-Length: 2\r\n\r\nok`);
      await client.untilText("ok");
      await clock.advance(expectedMs - 100);
      assert.equal(connection.ended, false, announced);
      await clock.advance(300);
      await connection.untilGone();
    }
  });

  it("is not kept where the member's time is a second or less", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok");
    await client.untilText("ok");
    await connection.untilGone();
    client.write(get);
    await site.member.connection(1);
  });

  it("that closed is not used", async (t) => {
    for (const end of ["end", "resetAndDestroy"] as const) {
      const site = await startSite(t);
      const { client, connection } = await warm(site);
      connection.socket[end]();
      await quiet();
      client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
      const second = await site.member.connection(1);
      await second.untilText("POST");
      second.write(ok);
      await client.untilText("ok");
      assert.equal(site.numbers().failed, 0);
    }
  });

  it("on which bytes come that nobody asked for is closed, and they reach nobody", async (t) => {
    const site = await startSite(t);
    const { client, connection } = await warm(site);
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    await connection.untilGone();
    client.write(get);
    const second = await site.member.connection(1);
    second.write(ok);
    assert.equal(await client.untilText("ok"), ok);
  });

  it("that closes just when GET is sent on it costs nothing: it is sent again to the same member", async (t) => {
    for (const end of ["end", "resetAndDestroy"] as const) {
      const site = await startSite(t);
      const { client, connection } = await warm(site);
      client.write(get);
      await connection.untilText("\r\n\r\n");
      connection.socket[end]();
      const second = await site.member.connection(1);
      await second.untilText("\r\n\r\n");
      second.write(ok);
      assert.equal(await client.untilText("ok"), ok);
      assert.equal(site.numbers().failed, 0);
      assert.equal(site.numbers().current, 0);
    }
  });

  it("that closes just when PUT with a small body is sent on it is replaced, and the body sent again", async (t) => {
    const site = await startSite(t);
    const { client, connection } = await warm(site);
    client.write("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    await connection.untilText("abc");
    connection.socket.end();
    const second = await site.member.connection(1);
    await second.untilText("\r\n\r\nabc");
    client.write("def");
    await second.untilText("\r\n\r\nabcdef");
    second.write(ok);
    await client.untilText("ok");
  });

  it("that closes just when PUT with a body in very many pieces is sent on it is replaced, and all of it sent again", async (t) => {
    const site = await startSite(t);
    const { client, connection } = await warm(site);
    const body = Array.from({ length: 300 }, (_, index) => `${index % 10}`).join("");
    client.write(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
    for (let at = 0; at < body.length; at++) {
      client.write(body.charAt(at));
      await connection.untilText(`\r\n\r\n${body.slice(0, at + 1)}`);
    }
    connection.socket.end();
    const second = await site.member.connection(1);
    await second.untilText(`\r\n\r\n${body}`);
    second.write(ok);
    await client.untilText("ok");
  });

  it("that closes just when PUT with a large body is sent on it is a 502, no half of it is sent again", async (t) => {
    const site = await startSite(t);
    const { client, connection } = await warm(site);
    client.write("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
    client.write(Buffer.alloc(100_000));
    await connection.until(({ received }) => received.length > 100_000);
    connection.socket.end();
    assert.match(
      await client.untilEnd(),
      /^HTTP\/1\.1 502 [^]*X-Fairlead-Error: member-closed\r\n[^]*Connection: close\r\n/,
    );
    assert.equal(site.member.connections.length, 1);
  });

  it("that closes just when POST is sent on it is a 502, it may have been acted on", async (t) => {
    const site = await startSite(t);
    const { client, connection } = await warm(site);
    client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    await connection.untilText("\r\n\r\n");
    connection.socket.end();
    assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 502 /);
    assert.equal(site.member.connections.length, 1);
    assert.equal(site.numbers().failed, 0);
    assert.equal(site.numbers().current, 0);
  });

  it("is replaced once, a second loss is the member's failure", async (t) => {
    const site = await startSite(t);
    const { client, connection } = await warm(site);
    client.write(get);
    await connection.untilText("\r\n\r\n");
    connection.socket.end();
    const second = await site.member.connection(1);
    await second.untilText("\r\n\r\n");
    second.socket.end();
    assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 502 /);
    assert.equal(site.numbers().failed, 1);
    assert.equal(site.member.connections.length, 2);
  });

  it("is replaced without costing the request one of its attempts", async (t) => {
    const site = await startSite(t, { members: [null, always(ok)] });
    const { client, connection } = await warm(site);
    site.client().write(get);
    await site.members[1]!.connection();
    await quiet();
    client.write(get);
    await connection.untilText("\r\n\r\n");
    connection.socket.end();
    const second = await site.member.connection(1);
    await second.untilText("\r\n\r\n");
    second.socket.end();
    assert.equal(await client.untilText("ok"), ok);
    assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [1, 0]);
  });

  it("is kept after a large body that the member answered before it had read it all", async (t) => {
    const site = await startSite(t);
    const size = 60_000;
    const client = site.client();
    for (let request = 0; request < 50; request++) {
      const index = site.member.connections.length;
      client.write(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`).write(Buffer.alloc(size));
      const connection = await site.member.connection(index === 0 ? 0 : index - 1);
      connection.socket.pause();
      connection.write(ok);
      await client.untilText("ok");
      client.received = Buffer.alloc(0);
      connection.socket.resume();
      await connection.until(({ received }) => received.length > size);
      connection.clear();
    }
    assert.equal(site.member.connections.length, 1);
  });

  it("is not kept after a response that says close", async (t) => {
    const site = await startSite(t, {
      members: [always("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")],
    });
    const client = site.client();
    await ask(client);
    await ask(client);
    assert.equal(site.member.connections.length, 2);
    await site.member.connections[0]!.untilGone();
  });

  it("is not used by another client while a response is still being read", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    await client.untilText(/o$/);
    site.client().write(get);
    await (await site.member.connection(1)).untilText("\r\n\r\n");
    connection.write("k");
    await client.untilText("ok");
  });
});

describe("closing the router", () => {
  it("leaves no timer and no connection", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const { client, connection } = await warm(site);
    const closed = site.router.close(1000);
    await client.untilEnd();
    client.close();
    await clock.advance(10);
    await closed;
    await connection.untilGone();
    assert.equal(clock.pending, 0);
  });
});
