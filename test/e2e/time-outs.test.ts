import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { advanceUntil } from "../support/advance-until.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { always, RawMember } from "../support/raw-member.ts";
import { quiet } from "../support/quiet.ts";
import { startSite } from "../support/site.ts";

const minute = 60_000;
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const timeouts = {
  connectMs: 5000,
  responseMs: 30_000,
  idleMs: 20_000,
  keepAliveMs: 60_000,
  memberKeepAliveMs: 60_000,
};
const off = { connectMs: 0, responseMs: 0, idleMs: 0, keepAliveMs: 0, memberKeepAliveMs: 0 };

describe("a client", () => {
  it("that sends its header a byte at a time is refused with 408 when the header's time is up", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const client = site.client();
    for (const byte of "GET /slow") {
      client.write(byte);
      await quiet();
      await clock.advance(2200);
    }
    assert.equal(client.text, "");
    await clock.advance(500);
    assert.match(
      await client.untilEnd(),
      /^HTTP\/1\.1 408 [^]*X-Fairlead-Error: header-timeout\r\n[^]*Connection: close\r\n[^]*<\/html>\n$/,
    );
    assert.equal(site.member.connections.length, 0);
  });

  it("that is slow with its header after a HEAD is refused with a body all the same, as its length says", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts }, members: [always(ok.slice(0, -2))] });
    const client = site.client().write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.untilText("\r\n\r\n");
    client.received = Buffer.alloc(0);
    client.write("GET");
    await quiet();
    await clock.advance(20_200);
    const [head = "", body = ""] = (await client.untilEnd()).split("\r\n\r\n");
    assert.equal(body.length, Number(/Content-Length: (\d+)/.exec(head)?.[1]));
  });

  it("that sends nothing is closed without a word when the header's time is up", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const client = site.client();
    await quiet();
    await clock.advance(20_200);
    assert.equal(await client.untilEnd(), "");
  });

  it("that sends no other request is closed without a word when the keep-alive time is up", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts }, members: [always(ok)] });
    const client = site.client().write(get);
    await client.untilText("ok");
    await clock.advance(59_900);
    assert.equal(client.ended, false);
    // An empty line is not a request.
    client.write("\r\n");
    await quiet();
    await clock.advance(300);
    assert.equal(await client.untilEnd(), ok);
  });

  it("that stops in the middle of its upload is answered with 408, the member is not blamed", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const client = site.client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    const connection = await site.member.connection();
    await connection.untilText("abc");
    await clock.advance(20_200);
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 408 [^]*X-Fairlead-Error: client-timeout\r\n/);
    await connection.untilGone();
    await site.untilIdle();
    assert.equal(site.numbers().failed, 0);
  });

  it("that does not read its response is closed when the time between bytes is up, the member is not blamed", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const client = site.client().write(get);
    client.socket.pause();
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n").write(Buffer.alloc(50_000_000));
    await advanceUntil(clock, () => connection.ended || connection.closed);
    await site.untilIdle();
    assert.equal(site.numbers().failed, 0);
  });

  for (const ending of ["close", "keep-alive"] as const) {
    it(`that reads slowly keeps what it has not read of a complete response, ${ending}`, async (t) => {
      const clock = new FakeClock();
      const size = 30_000_000;
      const site = await startSite(t, { clock, farm: { timeouts: { ...timeouts, idleMs: 0, keepAliveMs: 1000 } } });
      const client = site.client();
      client.keep = 100;
      client.socket.pause();
      client.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: ${ending}\r\n\r\n`);
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      connection.write(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`);
      connection.write(Buffer.alloc(size));
      while (!connection.ended && !connection.closed) {
        const { total } = client;
        client.socket.resume();
        await client.until((reader) => reader.total > total);
        client.socket.pause();
        await quiet();
      }
      await clock.advance(20_000);
      client.socket.resume();
      await client.until(({ total }) => total > size);
    });
  }
});

describe("a member", () => {
  it("that does not come to an end of its TLS handshake is passed over when the connect time is up, for POST too", async (t) => {
    const clock = new FakeClock();
    const silent = await RawMember.start("m1");
    const other = await RawMember.start("m2");
    t.after(() => {
      silent.close();
      other.close();
    });
    const site = await startSite(t, {
      clock,
      farm: { timeouts, members: [{ ...silent.config, protocol: "https" }, other.config] },
    });
    const client = site.client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    await (await silent.connection()).until(({ received }) => received.length > 0);
    await clock.advance(5200);
    const connection = await other.connection();
    await connection.untilText("abc");
    connection.write(ok);
    assert.equal(await client.untilText("ok"), ok);
    assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [1, 0]);
    await (await silent.connection()).untilGone();
  });

  it("that is the only one and does not come to an end of its TLS handshake is a 504", async (t) => {
    const clock = new FakeClock();
    const silent = await RawMember.start("m1");
    t.after(() => silent.close());
    const site = await startSite(t, {
      clock,
      farm: { timeouts, members: [{ ...silent.config, protocol: "https" }] },
    });
    const client = site.client().write(get);
    await (await silent.connection()).until(({ received }) => received.length > 0);
    await clock.advance(5200);
    assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 504 [^]*X-Fairlead-Error: connect-timeout\r\n/);
  });

  it("that stops reading an upload is a 504 when the time between bytes is up, and is blamed", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const size = 50_000_000;
    const client = site.client().write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
    const connection = await site.member.connection();
    connection.socket.pause();
    client.write(Buffer.alloc(size));
    await advanceUntil(clock, () => client.ended || client.closed);
    assert.match(client.text, /^HTTP\/1\.1 504 [^]*X-Fairlead-Error: response-timeout\r\n/);
    assert.equal(site.numbers().failed, 1);
    await site.untilIdle();
  });

  it("has the whole time for its response after the last byte of the request", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const client = site.client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\na");
    await clock.advance(19_000);
    client.write("b");
    await connection.untilText("\r\n\r\nab");
    await clock.advance(29_000);
    connection.write(ok);
    assert.equal(await client.untilText("ok"), ok);
  });
});

describe("what takes long and is right", () => {
  it("an ActiveSync Ping of an hour, without a byte in between", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts: { ...timeouts, responseMs: 65 * minute } } });
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    await clock.advance(60 * minute);
    connection.write(ok);
    assert.equal(await client.untilText("ok"), ok);
  });

  it("an upload that takes longer than five minutes, as long as bytes flow", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const client = site.client().write("RPC_IN_DATA /rpc HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n");
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.clear();
    for (let ping = 1; ping <= 30; ping++) {
      client.write("x");
      await connection.until(({ received }) => received.length === ping);
      await clock.advance(15_000);
    }
    assert.equal(client.text, "");
    assert.equal(client.ended, false);
  });

  it("a response that trickles, as long as bytes flow", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\n\r\n");
    await client.untilText("\r\n\r\n");
    client.received = Buffer.alloc(0);
    for (let ping = 1; ping <= 30; ping++) {
      connection.write("x");
      await client.until(({ received }) => received.length === ping);
      await clock.advance(15_000);
    }
  });

  it("anything, where the time-outs are off", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts: off }, listener: { headerTimeoutMs: 0 } });
    const client = site.client();
    await quiet();
    await clock.advance(5 * minute);
    client.write("POST / HTTP/1.1\r\n");
    await quiet();
    await clock.advance(5 * minute);
    client.write("Host: a\r\nContent-Length: 2\r\n\r\na");
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\na");
    await clock.advance(5 * minute);
    client.write("b");
    await connection.untilText("\r\n\r\nab");
    await clock.advance(5 * minute);
    connection.write(ok.slice(0, -1));
    await client.untilText(/o$/);
    await clock.advance(5 * minute);
    connection.write("k");
    assert.equal(await client.untilText("ok"), ok);
    connection.clear();
    await clock.advance(5 * minute);
    client.write(get);
    await connection.untilText("\r\n\r\n");
    assert.equal(site.member.connections.length, 1);
  });
});

describe("after the last response", () => {
  const tooLong = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";

  it("a client that does not close is closed after a while", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, members: [always(ok)], farm: { timeouts } });
    const client = site.client().write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await client.until(({ ended }) => ended);
    await quiet();
    await clock.advance(5200);
    for (let attempt = 0; attempt < 10 && !client.closed; attempt++) {
      client.write("x");
      await quiet();
    }
    assert.equal(client.closed, true);
  });

  it("a client that still sends may go on for a while, so that it can read why it should not", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, farm: { timeouts } });
    const client = site.client().write(tooLong);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 413 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    await client.until(({ ended }) => ended);
    for (let second = 0; second < 12; second++) {
      client.write("x");
      await quiet();
      await clock.advance(2000);
      assert.equal(client.closed, false);
    }
    for (let second = 0; second < 10 && !client.closed; second++) {
      client.write("x");
      await quiet();
      await clock.advance(2000);
    }
    assert.equal(client.closed, true);
  });
});
