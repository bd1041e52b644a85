import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:tls";
import { describe, it } from "node:test";
import { aFarm } from "../support/configs.ts";
import { memberCertificate } from "../support/member-certificate.ts";
import { checkMetrics } from "../support/promtool.ts";
import { always } from "../support/raw-member.ts";
import { scrape, scrapeText } from "../support/scrape.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { startSite } from "../support/site.ts";
import { until } from "../support/until.ts";

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

  it("counts clients' connections and handshakes", async (t) => {
    const listenerTls = aListenerTls([
      aCertificate({ certificate: memberCertificate.cert, key: memberCertificate.key }),
    ]);
    const site = await startSite(t, { members: [always(ok)], config: { admin }, listener: { tls: listenerTls } });
    const options = { host: "127.0.0.1", port: site.router.port, rejectUnauthorized: false };
    const socket = connect(options);
    t.after(() => socket.destroy());
    const [session] = await once(socket, "session");
    const resumed = connect({ ...options, session });
    t.after(() => resumed.destroy());
    await once(resumed, "secureConnect");
    await site.client().write("no TLS\r\n\r\n").untilGone();
    const listener = 'listener="127.0.0.1:0"';
    const said = await until(async () => {
      site.router.report();
      const each = await scrape(site.router.admin?.url);
      return each.get(`fairlead_client_connections{${listener}}`) === 2 ? each : null;
    });
    assert.equal(said.get(`fairlead_client_connections_accepted_total{${listener}}`), 3);
    assert.equal(said.get(`fairlead_tls_handshakes_failed_total{${listener}}`), 1);
    for (const kind of ["full", "resumed"]) {
      assert.equal(said.get(`fairlead_tls_handshakes_total{${listener},version="TLSv1.3",session="${kind}"}`), 1, kind);
    }
  });

  it("is served on a port of its own", async (t) => {
    const metrics = { address: "127.0.0.1", port: 0, allow: ["127.0.0.1/32"] };
    const site = await startSite(t, { members: [always(ok)], config: { metrics } });
    const said = await scrape(`http://127.0.0.1:${site.router.metrics?.port}`);
    assert.equal(said.get('fairlead_farm_members{farm="owa"}'), 1);
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
    await site.router.apply({ ...site.router.control.config, farms: [farm] });
    await ask();
    assert.deepEqual([await requests("m1"), await requests("m2")], [4, undefined]);
  });
});
