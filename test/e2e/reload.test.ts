import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { authenticating } from "../support/authenticating.ts";
import { aFarm } from "../support/configs.ts";
import { always, RawMember } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";

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
