import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aConfig, aFarm } from "../support/configs.ts";
import { checkMetrics } from "../support/promtool.ts";
import { always } from "../support/raw-member.ts";
import { scrape, scrapeText } from "../support/scrape.ts";
import { startSite } from "../support/site.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const admin = { address: "127.0.0.1", port: 0 };
const member = 'farm="owa",server="m1"';

describe("GET /metrics", () => {
  it("says what Prometheus can read and its linter has nothing against", async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { admin } });
    await site.client().write(get).untilText("ok");
    site.router.report();
    const found = await checkMetrics(await scrapeText(site.router.admin?.url));
    if (found === null) t.skip("promtool is not installed (apt-get install prometheus)");
    else assert.equal(found, "");
  });

  it("counts attempts and connections of members", async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { admin } });
    const client = site.client();
    for (let round = 0; round < 3; round++) {
      client.received = Buffer.alloc(0);
      await client.write(get).untilText("ok");
    }
    site.router.report();
    const said = await scrape(site.router.admin?.url);
    assert.equal(said.get(`fairlead_member_requests_total{${member}}`), 3);
    assert.equal(said.get(`fairlead_member_connections_dialled_total{${member}}`), 1);
    assert.equal(said.get(`fairlead_member_connections_reused_total{${member}}`), 2);
    assert.equal(said.get(`fairlead_member_connections_open{${member}}`), 1);
    assert.equal(said.get(`fairlead_member_connections_idle{${member}}`), 1);
    assert.equal(said.get(`fairlead_member_up{${member}}`), 1);
    assert.equal(said.get('fairlead_farm_members_available{farm="owa"}'), 1);
  });

  it("counts a pinned connection for as long as it is open", async (t) => {
    const site = await startSite(t, { members: [always(ok)], farm: { connectionAuth: "pin" }, config: { admin } });
    const client = site.client().write(get);
    await client.untilText("ok");
    const connection = await site.member.connection();
    site.router.report();
    const before = await scrape(site.router.admin?.url);
    client.close();
    await connection.untilGone();
    await site.untilIdle();
    site.router.report();
    const after = await scrape(site.router.admin?.url);
    const numbers = ["pinned", "open", "idle"].map((state) => `fairlead_member_connections_${state}{${member}}`);
    assert.deepEqual(
      [numbers.map((name) => before.get(name)), numbers.map((name) => after.get(name))],
      [
        [1, 1, 0],
        [0, 0, 0],
      ],
    );
  });

  it("goes on counting over a reload, whatever changed of a member, and says nothing more of one that is gone", async (t) => {
    const site = await startSite(t, { members: [always(ok), always(ok)], config: { admin } });
    const ask = async (): Promise<string> => site.client().write(get).untilText("ok");
    const requests = async (server: string): Promise<number | undefined> => {
      site.router.report();
      const said = await scrape(site.router.admin?.url);
      return said.get(`fairlead_member_requests_total{farm="owa",server="${server}"}`);
    };
    for (let round = 0; round < 6; round++) await ask();
    assert.deepEqual([await requests("m1"), await requests("m2")], [3, 3]);
    const moved = { ...site.member.config, port: site.members[1]!.config.port };
    const farm = aFarm({ health: null, members: [moved] });
    site.router.control.apply(aConfig([farm], { routes: [{ host: null, path: "/", farm: "owa" }] }));
    await ask();
    assert.deepEqual([await requests("m1"), await requests("m2")], [4, undefined]);
  });
});
