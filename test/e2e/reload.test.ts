import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { FarmConfig } from "../../src/config/farm-config.ts";
import { authenticating } from "../support/authenticating.ts";
import { aFarm } from "../support/configs.ts";
import { quiet } from "../support/quiet.ts";
import { always, RawMember } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";
import { until } from "../support/until.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const negotiate = "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Negotiate alice\r\n\r\n";

describe("a configuration that replaces a member", () => {
  for (const connectionAuth of ["auto", "pin"] as const) {
    it(`lets what runs end, and sends what comes to the new one, mode "${connectionAuth}"`, async (t) => {
      const site = await startSite(t, { farm: { connectionAuth } });
      const other = await RawMember.start("m2", always(ok));
      t.after(() => other.close());
      const client = site.client().write(get);
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      const farm = aFarm({ health: null, members: [other.config], connectionAuth });
      await site.router.apply({ ...site.router.control.config, farms: [farm] });
      connection.write(ok);
      assert.equal(await client.untilText("ok"), ok);
      client.received = Buffer.alloc(0);
      assert.equal(await client.write(get).untilText("ok"), ok);
      assert.equal(other.connections.length, 1);
      assert.equal(site.member.connections.length, 1);
      await connection.untilGone();
    });

    it(`leaves authenticated connections as they are, mode "${connectionAuth}"`, async (t) => {
      const site = await startSite(t, { members: [authenticating], farm: { connectionAuth } });
      const other = await RawMember.start("m2", authenticating);
      t.after(() => other.close());
      const client = site.client().write(negotiate);
      await client.untilText("alice");
      const farm = aFarm({ health: null, members: [other.config], connectionAuth });
      await site.router.apply({ ...site.router.control.config, farms: [farm] });
      client.received = Buffer.alloc(0);
      assert.match(await client.write(get).untilText("alice"), /^HTTP\/1\.1 200 /);
      const stranger = site.client().write(get);
      assert.match(await stranger.untilText("nobody"), /^HTTP\/1\.1 401 /);
      assert.deepEqual([site.member.connections.length, other.connections.length], [1, 1]);
    });
  }
});

async function busy(t: TestContext) {
  const site = await startSite(t);
  const farm = aFarm({ health: null, members: [{ ...site.member.config, maxRequests: 1 }] });
  const apply = async (farms: readonly FarmConfig[]): Promise<void> =>
    site.router.apply({
      ...site.router.control.config,
      farms,
      routes: farms.length === 0 ? [] : site.router.control.config.routes,
    });
  await apply([farm]);
  const first = site.client().write(get);
  const connection = await site.member.connection();
  await connection.untilText("\r\n\r\n");
  const second = site.client().write(get);
  await until(() => site.router.control.farms()[0]?.members[0]?.current === 1);
  await quiet();
  return { site, farm, apply, first, connection, second };
}

describe("a request that waits for a member to be free", () => {
  it("goes on waiting over a reload, and is served", async (t) => {
    const { farm, apply, first, connection, second } = await busy(t);
    await apply([{ ...farm, queue: { length: 5, timeoutMs: 60_000 } }]);
    connection.write(ok);
    await first.untilText("ok");
    await connection.until(({ text }) => text.split("GET ").length === 3);
    connection.write(ok);
    assert.equal(await second.untilText("ok"), ok);
  });

  it("is refused where its farm is taken away", async (t) => {
    const { apply, connection, first, second } = await busy(t);
    await apply([]);
    assert.match(await second.untilText("</html>"), /^HTTP\/1\.1 503 [^]*X-Fairlead-Error: no-member-available\r\n/);
    connection.write(ok);
    await first.untilText("ok");
  });
});
