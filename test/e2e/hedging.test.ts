import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { aFailover } from "../support/configs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { quiet } from "../support/quiet.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { startSite, type Site } from "../support/site.ts";

const get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
const answer = (text: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
const unavailable = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

interface Race {
  readonly site: Site;
  readonly clock: FakeClock;
  /** Of the first attempt. */
  readonly first: RawConnection;
  /** Of the second one; comes with the time. */
  readonly second: () => Promise<RawConnection>;
  readonly client: ReturnType<Site["client"]>;
}

/** A request that waits on one of two members; the other one is asked after a second. */
async function race(t: TestContext, request = get): Promise<Race> {
  const clock = new FakeClock();
  const farm = { failover: aFailover({ hedgeMs: 1000 }), liveTraffic: null, balance: roundRobin };
  const site = await startSite(t, { clock, members: [null, null], farm });
  const client = site.client().write(request);
  const first = await site.member.connection();
  await first.untilText("\r\n\r\n");
  const other = site.members[1]!;
  return { site, clock, first, second: async () => other.connection(), client };
}

const byHeader = { cookie: null, key: { source: "header", name: "X-User" }, membersPerHost: 0 } as const;
const roundRobin = { name: "round-robin", key: null, bound: 0 } as const;

async function secondAttempt({ clock, second }: Race): Promise<RawConnection> {
  await clock.advance(1300);
  const connection = await second();
  await connection.untilText("\r\n\r\n");
  return connection;
}

describe("A GET without an answer", () => {
  it("is sent to another member as well, and the first answer counts", async (t) => {
    const running = await race(t);
    const second = await secondAttempt(running);
    assert.equal(second.text.split("\r\n")[0], "GET /a HTTP/1.1");
    second.write(answer("second"));
    assert.match(await running.client.untilText("second"), /^HTTP\/1\.1 200 /);
    await running.first.untilGone();
    await running.site.untilIdle();
    assert.deepEqual([running.site.numbers("m1").total, running.site.numbers("m2").total], [1, 1]);
  });

  it("is answered by the first one if that is sooner, and the second connection is closed", async (t) => {
    const running = await race(t);
    const second = await secondAttempt(running);
    running.first.write(answer("first"));
    assert.match(await running.client.untilText("first"), /^HTTP\/1\.1 200 /);
    await second.untilGone();
    await running.site.untilIdle();
    running.client.clear();
    running.client.write(get);
    const next = await Promise.race([
      running.first.until((end) => end.text.split("GET").length > 2),
      running.site.members[1]!.connection(1),
    ]);
    next.write(answer("next"));
    await running.client.untilText("next");
  });

  it("is left to the second one where the first one fails", async (t) => {
    for (const fail of [
      (first: RawConnection) => void first.socket.destroy(),
      (first: RawConnection) => void first.write(unavailable),
      (first: RawConnection) => void first.write("no HTTP at all\r\n\r\n"),
    ]) {
      const running = await race(t);
      const second = await secondAttempt(running);
      fail(running.first);
      await running.first.untilGone();
      await quiet();
      assert.equal(running.client.text, "");
      second.write(answer("second"));
      assert.match(await running.client.untilText("second"), /^HTTP\/1\.1 200 /);
      await running.site.untilIdle();
    }
  });

  it("goes on with the first one where the second one fails", async (t) => {
    const running = await race(t);
    const second = await secondAttempt(running);
    second.socket.destroy();
    await quiet();
    running.first.write(answer("first"));
    assert.match(await running.client.untilText("first"), /^HTTP\/1\.1 200 /);
    await running.site.untilIdle();
  });

  it("goes on with the first one where the second one answers that it does not serve", async (t) => {
    for (const code of [502, 503, 504]) {
      const running = await race(t);
      const second = await secondAttempt(running);
      second.write(`HTTP/1.1 ${code} No\r\nContent-Length: 0\r\n\r\n`);
      await second.untilGone();
      await quiet();
      assert.equal(running.client.text, "");
      running.first.write(answer("first"));
      assert.match(await running.client.untilText("first"), /^HTTP\/1\.1 200 /);
      await running.site.untilIdle();
    }
  });

  it("is given up on both where its client goes away", async (t) => {
    const running = await race(t);
    const second = await secondAttempt(running);
    running.client.close();
    await Promise.all([running.first.untilGone(), second.untilGone()]);
    // The first one was told that the client sends no more, and does as it would without a router.
    running.first.socket.end();
    await running.site.untilIdle();
  });

  it("gets the whole body of one answer, whatever the other one sends at the same moment", async (t) => {
    const running = await race(t);
    const second = await secondAttempt(running);
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
    running.first.write(`${head}11111`);
    second.write(`${head}22222`);
    await running.client.untilText(/\r\n\r\n\d{5}/);
    running.first.write("11111");
    second.write("22222");
    assert.match(await running.client.untilText(/\r\n\r\n\d{10}/), /\r\n\r\n(1{10}|2{10})$/);
  });
});

it("A GET of a client that belongs to a member is asked of no other one", async (t) => {
  const clock = new FakeClock();
  const affinity = { ...byHeader, whenDown: "rebalance", idleMs: 60_000 } as const;
  const farm = { failover: aFailover({ hedgeMs: 1000 }), liveTraffic: null, balance: roundRobin, affinity };
  const site = await startSite(t, { clock, members: [null, null], farm });
  const client = site.client();
  const ask = async (): Promise<RawConnection> => {
    client.clear();
    client.write("GET /a HTTP/1.1\r\nHost: a\r\nX-User: ann\r\n\r\n");
    const connection = await Promise.race(site.members.map(async (member) => member.connection()));
    await connection.untilText("\r\n\r\n");
    return connection;
  };
  (await ask()).write(answer("one"));
  await client.untilText("one");
  const again = await ask();
  await clock.advance(1300);
  await quiet();
  assert.equal(site.members.flatMap(({ connections }) => connections).length, 1);
  again.write(answer("two"));
  await client.untilText("two");
});

it("A POST is not sent a second time", async (t) => {
  const running = await race(t, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  await running.clock.advance(1300);
  await quiet();
  assert.equal(running.site.members[1]!.connections.length, 0);
  running.first.write(answer("first"));
  await running.client.untilText("first");
});
