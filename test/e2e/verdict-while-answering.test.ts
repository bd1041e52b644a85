import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { aLiveTraffic } from "../support/configs.ts";
import { quiet } from "../support/quiet.ts";
import { always } from "../support/raw-member.ts";
import { startSite, type Site } from "../support/site.ts";

const unavailable = "HTTP/1.1 503 No\r\nDate: x\r\nContent-Length: 0\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const roundRobin = { name: "round-robin", key: null, bound: 0 } as const;

/** The first member's 503 puts it out at once, in the same process. */
async function start(t: TestContext): Promise<Site> {
  const liveTraffic = aLiveTraffic({ action: "eject", fails: 1 });
  return startSite(t, { members: [always(unavailable), null], farm: { liveTraffic, balance: roundRobin } });
}

describe("an answer by which its member is ejected", () => {
  it("is the answer to PUT, which goes nowhere else", async (t) => {
    const site = await start(t);
    const client = site.client().write("PUT / HTTP/1.1\r\nHost: a\r\nX-Id: first\r\nContent-Length: 0\r\n\r\n");
    assert.equal(await client.untilText("503"), unavailable);
    await quiet();
    assert.equal(site.numbers("m1").healthy, false);
    assert.equal(site.members[1]!.connections.length, 0);
    await site.untilIdle();
  });

  it("has GET sent to another one, once, and nobody else gets what comes there", async (t) => {
    const site = await start(t);
    const client = site.client().write("GET / HTTP/1.1\r\nHost: a\r\nX-Id: first\r\n\r\n");
    const moved = await site.members[1]!.connection();
    await moved.untilText("X-Id: first");
    await quiet();
    assert.equal(client.text, "");
    const other = site.client().write("GET / HTTP/1.1\r\nHost: a\r\nX-Id: second\r\n\r\n");
    const second = await site.members[1]!.connection(1);
    assert.match(await second.untilText("\r\n\r\n"), /X-Id: second/);
    moved.write(ok);
    assert.equal(await client.untilText("ok"), ok);
    assert.equal(other.text, "");
    assert.equal(site.members[1]!.connections.length, 2);
    second.write(ok);
    await other.untilText("ok");
    await site.untilIdle();
  });
});
