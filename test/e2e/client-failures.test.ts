import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aLiveTraffic } from "../support/configs.ts";
import { quiet } from "../support/quiet.ts";
import { startSite } from "../support/site.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const roundRobin = { name: "round-robin", key: null, bound: 0 } as const;
const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc";

for (const [how, leave] of [
  ["resets its connection", "resetAndDestroy"],
  ["closes its connection", "destroy"],
] as const) {
  describe(`a client that ${how}`, () => {
    it("in the middle of its upload ends the member's connection, nobody else is asked or blamed", async (t) => {
      const site = await startSite(t, { members: [null, null] });
      const client = site.client().write(post);
      const connection = await site.member.connection();
      await connection.untilText("abc");
      client.socket[leave]();
      await connection.untilGone();
      await site.untilIdle();
      assert.equal(site.numbers("m1").failed, 0);
      assert.equal(site.members[1]!.connections.length, 0);
    });

    it("while it waits ends the member's connection, nobody else is asked or blamed", async (t) => {
      const site = await startSite(t, { members: [null, null] });
      const client = site.client().write(get);
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      client.socket[leave]();
      await connection.untilGone();
      // As a server does whose client has gone.
      connection.socket.end();
      await site.untilIdle();
      assert.equal(site.numbers("m1").failed, 0);
      assert.equal(site.members[1]!.connections.length, 0);
    });

    it("in the middle of the response ends the member's connection, which is not blamed", async (t) => {
      const site = await startSite(t);
      const client = site.client().write(get);
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
      await client.untilText("abc");
      client.socket[leave]();
      await connection.untilGone();
      connection.socket.end();
      await site.untilIdle();
      assert.equal(site.numbers().failed, 0);
    });

    it("in the middle of a response that comes and comes ends the member's connection", async (t) => {
      const site = await startSite(t);
      const client = site.client().write(get);
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
      await client.untilText("\r\n\r\n");
      const timer = setInterval(() => connection.write("abc"), 1);
      t.after(() => clearInterval(timer));
      client.socket[leave]();
      await connection.until(({ closed }) => closed);
      await site.untilIdle();
      assert.equal(site.numbers().failed, 0);
    });

    it("in the middle of its header is nobody's business", async (t) => {
      const site = await startSite(t);
      const client = site.client().write("GET / HTT");
      await quiet();
      client.socket[leave]();
      const other = site.client().write(get);
      const connection = await site.member.connection();
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      await other.untilText("200");
      assert.equal(site.member.connections.length, 1);
    });

    it("in the middle of pipelined requests ends the one that is under way, the rest is not begun", async (t) => {
      const site = await startSite(t);
      const client = site.client().write(get.repeat(5));
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      client.socket.resetAndDestroy();
      await connection.untilGone();
      await site.untilIdle();
      assert.equal(site.numbers().total, 1);
    });
  });
}

describe("a client that holds back the rest of its upload", () => {
  const ejecting = aLiveTraffic({ action: "eject", fails: 1 });

  it("until the member closes does not speak against that one", async (t) => {
    const site = await startSite(t, { members: [null, null], farm: { liveTraffic: ejecting } });
    const client = site.client().write(post);
    const connection = await site.member.connection();
    await connection.untilText("abc");
    connection.socket.destroy();
    await client.untilText("502");
    await site.untilIdle();
    assert.equal(site.numbers().healthy, true);
  });

  it("until the member breaks its early answer off does not speak against that one", async (t) => {
    const site = await startSite(t, { members: [null, null], farm: { liveTraffic: ejecting } });
    const client = site.client().write(post);
    const connection = await site.member.connection();
    await connection.untilText("abc");
    connection.write("HTTP/1.1 413 No\r\nContent-Length: 10\r\n\r\nabc");
    await client.untilText("413");
    connection.socket.destroy();
    await client.untilGone();
    await site.untilIdle();
    assert.equal(site.numbers().healthy, true);
  });

  it("does where the member can't be reached", async (t) => {
    const members = [null, null];
    const site = await startSite(t, { members, farm: { liveTraffic: ejecting, balance: roundRobin } });
    site.member.close();
    site.client().write(post);
    await site.members[1]!.connection();
    await quiet();
    assert.equal(site.numbers().healthy, false);
  });
});

describe("a client whose body can't be read", () => {
  it("is told so where no response has begun, and the member's connection is closed", async (t) => {
    const site = await startSite(t);
    const client = site.client().write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    const connection = await site.member.connection();
    await connection.untilText("abc");
    client.write("x\r\n");
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 400 [^]*Connection: close\r\n/);
    await connection.untilGone();
    assert.ok(!connection.text.includes("x\r\n"));
    await site.untilIdle();
    assert.equal(site.numbers().failed, 0);
  });

  it("is broken off where the response has begun", async (t) => {
    const site = await startSite(t);
    const client = site.client().write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    const connection = await site.member.connection();
    await connection.untilText("abc");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    await client.untilText("abc");
    client.write("x\r\n");
    await client.until(({ closed }) => closed);
    await connection.untilGone();
    await site.untilIdle();
    assert.equal(site.numbers().failed, 0);
  });
});
