import assert from "node:assert/strict";
import { test } from "node:test";
import { startSite } from "../support/lab-site.ts";
import { serverOf } from "../support/server-of.ts";

const timeout = 30_000;

/** What these versions offer, by farm. */
const published = {
  2007: ["owa", "ews", "eas", "oab", "oa", "autodiscover"],
  2010: ["owa", "ecp", "ews", "eas", "oab", "oa", "autodiscover"],
} as const;

for (const version of [2007, 2010] as const) {
  test(
    `Exchange ${version} has no HealthCheck.htm, and each protocol is still judged by itself`,
    { timeout },
    async (t) => {
      const servers = ["cas1", "cas2"].map((name) => ({ name, personality: `${version}` as const }));
      const site = await startSite(t, { version, lab: { servers } });
      const farms = await site.farms();
      assert.deepEqual(
        farms.map(({ name }) => name),
        published[version],
      );
      for (const { name, members } of farms)
        for (const { server, healthy, reason } of members) assert.ok(healthy, `${name} on ${server}: ${reason}`);
      const stopped = ["owa", "eas", "oa"];
      for (const name of stopped) site.lab.stop("cas1", name === "oa" ? "rpc" : name);
      for (const name of stopped) {
        const { reason } = await site.untilHealthy(name, "cas1", false);
        assert.match(reason ?? "", /: 503 Service Unavailable/);
      }
      for (const { name, members } of await site.farms())
        for (const { server, healthy } of members)
          assert.equal(healthy, server === "cas2" || !stopped.includes(name), `${name} on ${server}`);
      const client = await site.openTls("owa.exchange.localhost");
      t.after(() => client.close());
      const { status, head } = await client.request("GET /Exchange/ HTTP/1.1\r\nHost: owa.exchange.localhost\r\n\r\n");
      assert.equal(status, 302);
      assert.match(serverOf(head), /^CAS[12]$/);
    },
  );
}
