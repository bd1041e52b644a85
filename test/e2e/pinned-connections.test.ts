import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { authenticating } from "../support/authenticating.ts";
import type { Check } from "../../src/health/check.ts";
import { aFarm, aHealth } from "../support/configs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { RawMember } from "../support/raw-member.ts";
import { quiet } from "../support/quiet.ts";
import { startSite } from "../support/site.ts";
import { RawClient, startRouter } from "../support/start-router.ts";

const noTimeouts = { connectMs: 0, responseMs: 0, idleMs: 0, keepAliveMs: 0, memberKeepAliveMs: 0 };
const host = "Host: mail.example.test\r\n";

function get(path = "/", fields = ""): string {
  return `GET ${path} HTTP/1.1\r\n${host}${fields}\r\n`;
}

/** Sends one request and resolves with the status and body of its response. */
async function ask(client: RawClient, request: string): Promise<string> {
  client.received = Buffer.alloc(0);
  client.write(request);
  const complete = /^HTTP\/1\.1 (\d+)[^]*?Content-Length: (\d+)\r\n(?:[^\r]+\r\n)*\r\n([^]*)$/;
  await client.until(({ text }) => {
    const match = complete.exec(text);
    return match !== null && Number(match[2]) === match[3]?.length;
  });
  const match = complete.exec(client.text);
  return `${match?.[1] ?? ""} ${match?.[3] ?? ""}`;
}

async function logOn(client: RawClient, user: string): Promise<void> {
  assert.equal(await ask(client, get("/", `Authorization: NTLM 1:${user}\r\n`)), "401 continue");
  assert.equal(await ask(client, get("/", `Authorization: NTLM 3:${user}\r\n`)), `200 ${user}`);
}

for (const connectionAuth of ["auto", "pin"] as const) {
  describe(`connection authentication, mode "${connectionAuth}"`, () => {
    it("two users on 200 connections and a third without credentials never meet", async (t) => {
      const site = await startSite(t, {
        members: [authenticating, authenticating],
        farm: { connectionAuth, balance: { name: "least-requests", key: null, bound: 0 } },
      });
      const users = Array.from({ length: 200 }, async (_, index) => {
        const user = index % 2 === 0 ? "alice" : "bob";
        const client = site.client();
        if (index % 4 < 2) await logOn(client, user);
        else assert.equal(await ask(client, get("/", `Authorization: Negotiate ${user}\r\n`)), `200 ${user}`);
        for (let request = 0; request < 20; request++) assert.equal(await ask(client, get()), `200 ${user}`);
        // The connection is free for somebody else's use now, as far as a careless pool is concerned.
        client.close();
      });
      const strangers = Array.from({ length: 10 }, async () => {
        for (let request = 0; request < 20; request++) {
          const client = site.client();
          assert.equal(await ask(client, get()), "401 nobody");
          assert.equal(await ask(client, get()), "401 nobody");
          client.close();
        }
      });
      await Promise.all([...users, ...strangers]);
      assert.equal(site.numbers("m1").failed + site.numbers("m2").failed, 0);
    });

    it("Negotiate that is sent unprompted stays with its client connection", async (t) => {
      const site = await startSite(t, { members: [authenticating], farm: { connectionAuth } });
      const alice = site.client();
      const bob = site.client();
      assert.equal(await ask(alice, get("/", "authorization:nEGOTIATE alice\r\n")), "401 nobody");
      assert.equal(await ask(alice, get("/", "Authorization: Negotiate alice\r\n")), "200 alice");
      assert.equal(await ask(bob, get()), "401 nobody");
      assert.equal(await ask(alice, get()), "200 alice");
      assert.equal(site.member.connections.length, 2);
    });

    it("Basic in between does not free a connection that is authenticated", async (t) => {
      const site = await startSite(t, { members: [authenticating], farm: { connectionAuth } });
      const alice = site.client();
      await logOn(alice, "alice");
      assert.equal(await ask(alice, get("/", "Authorization: Basic carol\r\n")), "200 carol");
      const bob = site.client();
      assert.equal(await ask(bob, get()), "401 nobody");
      assert.equal(await ask(alice, get()), "200 alice");
      assert.equal(site.member.connections.length, 2);
    });

    it("requests that are pipelined on an authenticated connection are all that user's", async (t) => {
      const site = await startSite(t, { members: [authenticating], farm: { connectionAuth } });
      const alice = site.client();
      await logOn(alice, "alice");
      alice.received = Buffer.alloc(0);
      alice.write(get().repeat(100));
      await alice.until(({ text }) => text.split("alice").length === 101);
      assert.equal(site.member.connections.length, 1);
    });

    it("the member's connection closes with the client's", async (t) => {
      const site = await startSite(t, { members: [authenticating], farm: { connectionAuth } });
      for (const leave of ["end", "resetAndDestroy"] as const) {
        const before = site.member.connections.length;
        const alice = site.client();
        await logOn(alice, "alice");
        const connection = await site.member.connection(before);
        alice.socket[leave]();
        await connection.untilGone();
        assert.equal(site.numbers().current, 0);
      }
    });

    it("the client's connection closes with the member's, and what it sends afterwards goes nowhere", async (t) => {
      const site = await startSite(t, { members: [authenticating, authenticating], farm: { connectionAuth } });
      const alice = site.client();
      await logOn(alice, "alice");
      const [connection] = [...site.members[0]!.connections, ...site.members[1]!.connections];
      assert.ok(connection);
      connection.socket.end();
      await alice.untilEnd();
      alice.write(get());
      await connection.untilGone();
      assert.equal(site.members[0]!.connections.length + site.members[1]!.connections.length, 1);
      assert.equal(site.numbers("m1").failed + site.numbers("m2").failed, 0);
    });

    it("half a request that was sent when the authenticated connection was lost is not carried on another one", async (t) => {
      const site = await startSite(t, { members: [authenticating, authenticating], farm: { connectionAuth } });
      const alice = site.client();
      assert.equal(await ask(alice, get("/", "Authorization: NTLM 1:alice\r\n")), "401 continue");
      const [connection] = [...site.members[0]!.connections, ...site.members[1]!.connections];
      assert.ok(connection);
      alice.received = Buffer.alloc(0);
      alice.write(`GET / HTTP/1.1\r\n${host}Authorization: NTLM `);
      await quiet();
      connection.socket.destroy();
      await quiet();
      alice.write("3:alice\r\n\r\n");
      assert.equal(await alice.untilEnd(), "");
      assert.equal(site.members[0]!.connections.length + site.members[1]!.connections.length, 1);
    });

    it("a member that dies in the middle of the handshake closes the client's connection, and no other is asked", async (t) => {
      for (const method of ["GET", "POST"]) {
        const site = await startSite(t, { members: [null, null], farm: { connectionAuth } });
        const client = site.client();
        client.write(`${method} / HTTP/1.1\r\n${host}Content-Length: 0\r\nAuthorization: NTLM 1:alice\r\n\r\n`);
        const connection = await site.member.connection();
        await connection.untilText("NTLM 1:alice");
        connection.write("HTTP/1.1 401 x\r\nWWW-Authenticate: NTLM abc\r\nContent-Length: 0\r\n\r\n");
        await client.untilText("NTLM abc");
        client.write(`${method} / HTTP/1.1\r\n${host}Content-Length: 0\r\nAuthorization: NTLM 3:alice\r\n\r\n`);
        await connection.untilText("NTLM 3:alice");
        connection.socket.resetAndDestroy();
        const text = await client.untilEnd();
        assert.match(text, /HTTP\/1\.1 502 [^]*Connection: close\r\n/);
        assert.equal(site.members[1]!.connections.length, 0);
        assert.equal(site.member.connections.length, 1);
      }
    });

    it("a 503 in the middle of the handshake is the client's answer, no other member is asked", async (t) => {
      const site = await startSite(t, { members: [null, null], farm: { connectionAuth } });
      const client = site.client();
      client.write(get("/", "Authorization: Negotiate alice\r\n"));
      const connection = await site.member.connection();
      await connection.untilText("alice");
      connection.write("HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n");
      await client.untilText("503");
      assert.equal(site.members[1]!.connections.length, 0);
      assert.equal(site.numbers("m1").failed, 1);
    });

    it("an authenticated connection is kept although its member is no longer available, its client is not moved", async (t) => {
      const clock = new FakeClock();
      let up = "m1";
      const check: Check = async ({ server }) => {
        return { ok: server === up, asked: "", came: "", status: 200, durationMs: 1, at: 0 };
      };
      const health = aHealth({ everyMs: 1000, whileFailingMs: 1000, fall: 1, rise: 1 });
      const site = await startSite(t, {
        members: [authenticating, authenticating],
        farm: { connectionAuth, health, timeouts: noTimeouts },
        clock,
        check,
      });
      await clock.advance(0);
      const alice = site.client();
      await logOn(alice, "alice");
      up = "m2";
      await clock.advance(2000);
      assert.deepEqual([site.numbers("m1").healthy, site.numbers("m2").healthy], [false, true]);
      assert.equal(await ask(alice, get()), "200 alice");
      assert.equal(await ask(site.client(), get()), "401 nobody");
      assert.deepEqual(
        site.members.map(({ connections }) => connections.length),
        [1, 1],
      );
    });

    it("the challenge that closes its connection closes the client's too, and says so", async (t) => {
      const site = await startSite(t, { farm: { connectionAuth } });
      const client = site.client();
      client.write(get());
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      connection.socket.end(
        "HTTP/1.1 401 x\r\nWWW-Authenticate: NTLM\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
      );
      assert.match(await client.untilEnd(), /Connection: close\r\n/);
    });

    it("one client connection that uses two farms has a connection in each", async (t) => {
      const members = [await RawMember.start("m1", authenticating), await RawMember.start("m2", authenticating)];
      const farms = members.map(({ config }, index) =>
        aFarm({ name: `f${index}`, health: null, members: [config], connectionAuth }),
      );
      const router = await startRouter(farms, {
        config: {
          routes: [
            { host: null, path: "/a", farm: "f0" },
            { host: null, path: "/b", farm: "f1" },
          ],
        },
      });
      const client = new RawClient(router.port);
      t.after(async () => {
        client.close();
        for (const member of members) member.close();
        await router.close(0);
      });
      assert.equal(await ask(client, get("/a", "Authorization: Negotiate alice\r\n")), "200 alice");
      assert.equal(await ask(client, get("/b")), "401 nobody");
      assert.equal(await ask(client, get("/b", "Authorization: Negotiate bob\r\n")), "200 bob");
      assert.equal(await ask(client, get("/a")), "200 alice");
      assert.equal(await ask(client, get("/b")), "200 bob");
      assert.deepEqual(
        members.map(({ connections }) => connections.length),
        [1, 1],
      );
      // One of them ends: the client believes itself authenticated in both.
      (await members[1]!.connection()).socket.destroy();
      await client.untilEnd();
      await (await members[0]!.connection()).untilGone();
    });
  });
}

describe("member connections of a farm", () => {
  it("that pins are each used by one client connection, authenticated or not", async (t) => {
    const site = await startSite(t, { members: [authenticating], farm: { connectionAuth: "pin" } });
    const basic = "Authorization: Basic carol\r\n";
    const one = site.client();
    const other = site.client();
    for (let request = 0; request < 3; request++) {
      assert.equal(await ask(one, get("/", basic)), "200 carol");
      assert.equal(await ask(other, get("/", basic)), "200 carol");
    }
    assert.equal(site.member.connections.length, 2);
    one.close();
    await site.member.connections[0]!.untilGone();
    assert.equal(await ask(site.client(), get("/", basic)), "200 carol");
    assert.equal(site.member.connections.length, 3);
  });

  it("that pins and lost an unauthenticated one dials another for the same client connection", async (t) => {
    const site = await startSite(t, { members: [authenticating], farm: { connectionAuth: "pin" } });
    const basic = "Authorization: Basic carol\r\n";
    const client = site.client();
    assert.equal(await ask(client, get("/", basic)), "200 carol");
    const connection = await site.member.connection();
    connection.socket.destroy();
    await quiet();
    assert.equal(await ask(client, get("/", basic)), "200 carol");
    assert.equal(site.member.connections.length, 2);
  });

  it("that waited are not used to log on, since one that has just been lost would end it", async (t) => {
    const site = await startSite(t, { members: [authenticating] });
    const client = site.client();
    assert.equal(await ask(client, get("/", "Authorization: Basic carol\r\n")), "200 carol");
    assert.equal(await ask(client, get("/", "Authorization: Negotiate alice\r\n")), "200 alice");
    assert.equal(site.member.connections.length, 2);
  });

  it("that does not pin are shared until a challenge comes", async (t) => {
    const site = await startSite(t, { members: [authenticating] });
    const one = site.client();
    const other = site.client();
    assert.equal(await ask(one, get("/", "Authorization: Basic carol\r\n")), "200 carol");
    assert.equal(await ask(other, get("/", "Authorization: Basic dave\r\n")), "200 dave");
    assert.equal(site.member.connections.length, 1);
    assert.equal(await ask(other, get()), "401 nobody");
    assert.equal(await ask(one, get("/", "Authorization: Basic carol\r\n")), "200 carol");
    assert.equal(site.member.connections.length, 2);
  });
});
