import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { advanceUntil } from "../support/advance-until.ts";
import { FakeClock } from "../support/fake-clock.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { quiet } from "../support/quiet.ts";
import { type Site, startSite } from "../support/site.ts";
import type { RawClient } from "../support/start-router.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const ask =
  "RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: not/16+bytes==\r\n\r\n";
const accept = "HTTP/1.1 101 Switching Protocols\r\nUPGRADE: websocket\r\nConnection: upgrade\r\nX-A: 1\r\n\r\n";

async function tunnel(site: Site): Promise<{ client: RawClient; connection: RawConnection }> {
  const client = site.client().write(ask);
  const connection = await site.member.connection(site.member.connections.length);
  await connection.untilText("\r\n\r\n");
  connection.clear();
  connection.write(accept);
  await client.untilText("\r\n\r\n");
  client.received = Buffer.alloc(0);
  return { client, connection };
}

describe("an upgrade", () => {
  it("that the member accepts is a tunnel both ways, whatever the method and the key", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(ask);
    const connection = await site.member.connection();
    const request = await connection.untilText("\r\n\r\n");
    assert.match(request, /^RDG_OUT_DATA [^]*Sec-WebSocket-Key: not\/16\+bytes==\r\n/);
    assert.match(request, /\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n$/);
    connection.clear();
    connection.write(`${accept}first`);
    assert.equal(
      await client.untilText("first"),
      "HTTP/1.1 101 Switching Protocols\r\nX-A: 1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst",
    );
    client.write("\x00\xff GET / HTTP/1.1\r\n\r\n");
    assert.equal(await connection.untilText("\r\n\r\n"), "\x00\xff GET / HTTP/1.1\r\n\r\n");
    assert.equal(site.numbers().current, 1);
    client.close();
    await connection.untilGone();
    connection.socket.end();
    await site.untilIdle();
    assert.equal(site.numbers().failed, 0);
  });

  it("sends what the client wrote too early only after the member has agreed", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(`${ask}early`);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    await quiet();
    assert.match(connection.text, /\r\n\r\n$/);
    connection.clear();
    connection.write(accept);
    client.write("later");
    await connection.untilText("earlylater");
  });

  it("that the member refuses leaves the connection as it was, the bytes behind it are a request", async (t) => {
    for (const status of [200, 400]) {
      const site = await startSite(t);
      const refusal = `HTTP/1.1 ${status} No\r\nDate: x\r\nContent-Length: 2\r\n\r\nno`;
      const client = site.client().write(ask + get);
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      connection.clear();
      connection.write(refusal);
      assert.match(await connection.untilText("\r\n\r\n"), /^GET \/ HTTP\/1\.1\r\n/);
      connection.write(ok);
      assert.equal(await client.untilText("\r\n\r\nok"), refusal + ok);
    }
  });

  it("to HTTP/2 is not passed on", async (t) => {
    const site = await startSite(t);
    site
      .client()
      .write(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c, websocket\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
      );
    const connection = await site.member.connection();
    assert.equal(
      await connection.untilText("\r\n\r\n"),
      "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: a\r\n\r\n",
    );
  });

  it("that nobody asked for is a 502, and none of its bytes reach the client", async (t) => {
    const site = await startSite(t);
    for (const request of [
      get,
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
      "GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade, keep-alive\r\nUpgrade: websocket\r\n\r\n",
    ]) {
      const client = site.client().write(request);
      const connection = await site.member.connection(site.member.connections.length);
      await connection.untilText("\r\n\r\n");
      connection.write(`${accept}secret`);
      assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 502 [^]*X-Fairlead-Error: bad-response\r\n/);
      assert.ok(!client.text.includes("secret"));
      await connection.untilGone();
      client.received = Buffer.alloc(0);
      client.close();
    }
    assert.equal(site.numbers().failed, 3);
  });

  it("with a body that is still on its way is not accepted", async (t) => {
    const site = await startSite(t);
    const client = site
      .client()
      .write("POST / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 5\r\n\r\nab");
    const connection = await site.member.connection();
    await connection.untilText("ab");
    connection.write(accept);
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 502 /);
  });
});

describe("a tunnel", () => {
  it("that the client half-closes still carries what the member sends", async (t) => {
    const site = await startSite(t);
    const { client, connection } = await tunnel(site);
    client.socket.end("last");
    await connection.until(({ ended }) => ended);
    assert.equal(connection.text, "last");
    connection.write("more");
    await client.untilText("more");
    connection.socket.end("end");
    await client.untilEnd();
    assert.equal(client.text, "moreend");
    await site.untilIdle();
  });

  it("that the member half-closes still carries what the client sends, to its last byte", async (t) => {
    const site = await startSite(t);
    const { client, connection } = await tunnel(site);
    connection.socket.end("last");
    await client.until(({ ended }) => ended);
    assert.equal(client.text, "last");
    connection.socket.pause();
    connection.keep = 100;
    const before = connection.total;
    const size = 20_000_000;
    client.socket.end(Buffer.alloc(size, "x"));
    await quiet();
    connection.socket.resume();
    await connection.until(({ ended, closed }) => ended || closed);
    assert.equal(connection.total - before, size);
    await client.until(({ closed }) => closed);
    await site.untilIdle();
  });

  it("carries much both ways at once", async (t) => {
    const site = await startSite(t);
    const { client, connection } = await tunnel(site);
    const size = 5_000_000;
    client.keep = 100;
    connection.keep = 100;
    const before = { client: client.total, member: connection.total };
    client.write(Buffer.alloc(size, "c"));
    connection.write(Buffer.alloc(size, "m"));
    await connection.until(({ total }) => total - before.member === size);
    await client.until(({ total }) => total - before.client === size);
    client.socket.end();
    connection.socket.end();
    await client.untilEnd();
  });

  it("that the member resets is reset for the client, and that is not held against the member", async (t) => {
    const site = await startSite(t);
    const { client, connection } = await tunnel(site);
    connection.socket.resetAndDestroy();
    await client.until(({ closed }) => closed);
    assert.equal(client.ended, false);
    assert.equal(site.numbers().failed, 0);
    await site.untilIdle();
  });

  it("through which nothing goes ends when its time is up, on both sides", async (t) => {
    const clock = new FakeClock();
    const timeouts = { connectMs: 0, responseMs: 1000, idleMs: 10_000, keepAliveMs: 1000, memberKeepAliveMs: 0 };
    const site = await startSite(t, { clock, farm: { timeouts } });
    const { client, connection } = await tunnel(site);
    for (let round = 0; round < 3; round++) {
      await clock.advance(9000);
      client.write("c");
      await connection.until(({ text }) => text.length === round + 1);
      await clock.advance(9000);
      connection.write("m");
      await client.until(({ text }) => text.length === round + 1);
    }
    await clock.advance(10_200);
    await client.untilEnd();
    await connection.untilGone();
    assert.equal(site.numbers().failed, 0);
    await site.untilIdle();
  });

  it("that the member has ended and whose client reads nothing ends when its time is up", async (t) => {
    const clock = new FakeClock();
    const timeouts = { connectMs: 0, responseMs: 1000, idleMs: 10_000, keepAliveMs: 1000, memberKeepAliveMs: 0 };
    const site = await startSite(t, { clock, farm: { timeouts } });
    const { client, connection } = await tunnel(site);
    client.socket.pause();
    connection.socket.end(Buffer.alloc(20_000_000));
    await advanceUntil(clock, () => connection.closed);
    await site.untilIdle();
    client.socket.resume();
    await client.untilEnd();
    assert.ok(client.received.length < 20_000_000);
  });
});
