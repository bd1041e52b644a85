import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";
import { describe, it } from "node:test";
import { aFarm } from "../support/configs.ts";
import { memberCertificate } from "../support/member-certificate.ts";
import { checkMetrics } from "../support/promtool.ts";
import { always, type RawConnection } from "../support/raw-member.ts";
import { type Scrape, scrape, scrapeText } from "../support/scrape.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { checkHttp } from "../../src/health/checks/http.ts";
import { startFairlead } from "../../src/main.ts";
import { noLog } from "../../src/observe/log.ts";
import { systemClock } from "../../src/util/clock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { type Site, startSite } from "../support/site.ts";
import { until } from "../support/until.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const admin = { address: "127.0.0.1", port: 0 };
const member = 'farm="owa",server="m1"';

function cut({ socket }: RawConnection): void {
  socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"));
}

function workers(said: Scrape): string[] {
  return [...said.keys()].flatMap((series) => /start_time_seconds\{process="(worker \d+)"/.exec(series)?.[1] ?? []);
}

async function metricsOf({ router }: Site): Promise<Scrape> {
  router.report();
  return scrape(router.admin?.url);
}

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
    const said = await metricsOf(site);
    assert.equal(said.get(`fairlead_member_requests_total{${member}}`), 3);
    assert.equal(said.get(`fairlead_member_connections_dialled_total{${member}}`), 1);
    assert.equal(said.get(`fairlead_member_connections_reused_total{${member}}`), 2);
    assert.equal(said.get(`fairlead_member_connections_open{${member}}`), 1);
    assert.equal(said.get(`fairlead_member_connections_idle{${member}}`), 1);
    assert.equal(said.get(`fairlead_member_up{${member}}`), 1);
    assert.equal(said.get('fairlead_farm_members_available{farm="owa"}'), 1);
  });

  it("counts requests that are over: answers, bytes and times", async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { admin } });
    await site.client().write(get).untilText("ok");
    await site.client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").untilText("ok");
    const said = await metricsOf(site);
    assert.equal(said.get('fairlead_responses_total{farm="owa",status="200"}'), 2);
    assert.equal(said.get(`fairlead_member_responses_total{${member},status="2xx"}`), 2);
    assert.equal(said.get('fairlead_received_bytes_total{farm="owa"}'), 2 * get.length + 23);
    assert.equal(said.get('fairlead_sent_bytes_total{farm="owa"}'), 2 * ok.length);
    assert.equal(said.get('fairlead_request_duration_seconds_count{farm="owa"}'), 2);
    assert.equal(said.get('fairlead_request_duration_seconds_bucket{farm="owa",le="1800"}'), 2);
    assert.equal(said.get('fairlead_time_to_first_byte_seconds_count{farm="owa"}'), 2);
    assert.equal(said.get('fairlead_member_connect_duration_seconds_count{farm="owa"}'), 1);
  });

  it("counts failures by code and blame, and attempts beyond the first", async (t) => {
    const refuse = always("HTTP/1.1 503 Service Unavailable\r\nDate: x\r\nContent-Length: 0\r\n\r\n");
    const site = await startSite(t, { members: [refuse, always(ok)], config: { admin } });
    await site.client().write(get).untilText("ok");
    await site.client().write("GET / HTTP/1.1\r\n\r\n").untilText("400 Bad Request");
    await site.client().write("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n").untilText("501 ");
    const said = await metricsOf(site);
    assert.equal(said.get('fairlead_retries_total{farm="owa"}'), 1);
    assert.equal(said.get(`fairlead_member_failures_total{${member},code="member-503",blame="member"}`), 1);
    assert.equal(said.get(`fairlead_member_responses_total{${member},status="5xx"}`), 1);
    assert.equal(said.get('fairlead_request_failures_total{farm="",code="bad-request",blame="client"}'), 1);
    assert.equal(said.get('fairlead_responses_total{farm="",status="400"}'), 1);
    assert.equal(said.get('fairlead_responses_total{farm="",status="501"}'), 1);
  });

  it("counts no failure twice, and none where the client got its answer", async (t) => {
    const site = await startSite(t, { members: [cut], config: { admin } });
    await site.client().write(get).untilGone();
    const said = await metricsOf(site);
    const failures = [...said].filter(([series]) => series.startsWith("fairlead_request_failures_total"));
    assert.deepEqual(failures, [['fairlead_request_failures_total{farm="owa",code="response-cut",blame="member"}', 1]]);
  });

  it("counts a tunnel for as long as it is open", async (t) => {
    const upgraded = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
    const site = await startSite(t, { members: [always(upgraded)], config: { admin } });
    const client = site.client().write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    await client.untilText("\r\n\r\n");
    const open = await metricsOf(site);
    assert.equal(open.get('fairlead_tunnels{farm="owa"}'), 1);
    assert.equal(open.get(`fairlead_member_requests_in_progress{${member}}`), 1);
    client.close();
    (await site.member.connection()).socket.end();
    await site.untilIdle();
    const closed = await metricsOf(site);
    assert.equal(closed.get('fairlead_tunnels{farm="owa"}'), 0);
    assert.equal(closed.get(`fairlead_member_requests_in_progress{${member}}`), 0);
    assert.equal(closed.get('fairlead_responses_total{farm="owa",status="101"}'), 1);
    assert.equal(closed.get('fairlead_request_duration_seconds_count{farm="owa"}'), 0);
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
      const each = await metricsOf(site);
      return each.get(`fairlead_client_connections{${listener}}`) === 2 ? each : null;
    });
    assert.equal(said.get(`fairlead_client_connections_accepted_total{${listener}}`), 3);
    assert.equal(said.get(`fairlead_tls_handshakes_failed_total{${listener}}`), 1);
    for (const kind of ["full", "resumed"]) {
      assert.equal(said.get(`fairlead_tls_handshakes_total{${listener},version="TLSv1.3",session="${kind}"}`), 1, kind);
    }
  });

  it("says whether the file's configuration is in force", async (t) => {
    const folder = await temporaryFolder();
    t.after(folder.remove);
    const file = join(folder.path, "fairlead.yaml");
    const write = async (path: string): Promise<void> =>
      writeFile(
        file,
        `listen: [{ address: 127.0.0.1, port: 0 }]\nservers: { a: http://127.0.0.1:1 }
farms: { app: { servers: [a] } }\nroutes: [{ path: ${path}, farm: app }]\nadmin: { port: 0 }\nmetrics: off\n`,
      );
    const load = async () => loadConfig(file, { presets: {}, env: {}, now: Date.now() });
    await write("/");
    const first = await load();
    assert.ok(first.ok);
    const router = await startFairlead(first.config, {
      load,
      clock: systemClock,
      random: () => 0.5,
      log: noLog,
      check: checkHttp,
      version: "1.2.3",
    });
    t.after(() => router.close(0));
    const said = async (): Promise<unknown[]> => {
      const all = await scrape(router.admin?.url);
      const results = ["applied", "refused"].map((result) =>
        all.get(`fairlead_config_reloads_total{result="${result}"}`),
      );
      return [...results, all.get("fairlead_config_last_reload_successful")];
    };
    const hash = async (): Promise<string> =>
      [...(await scrape(router.admin?.url)).keys()].find((series) => series.startsWith("fairlead_config_info")) ?? "";
    assert.deepEqual(await said(), [0, 0, 1]);
    const before = await hash();
    await write("no-path");
    await router.configurations.reload("command", true);
    assert.deepEqual(await said(), [0, 0, 1]);
    await router.configurations.reload("command");
    assert.deepEqual(await said(), [0, 1, 0]);
    assert.equal(await hash(), before);
    await write("/app");
    await router.configurations.reload("command");
    assert.deepEqual(await said(), [1, 1, 1]);
    assert.notEqual(await hash(), before);
    const build = `fairlead_build_info{version="1.2.3",node="${process.versions.node}"}`;
    assert.equal((await scrape(router.admin?.url)).get(build), 1);
  });

  it("is served on a port of its own", async (t) => {
    const metrics = { address: "127.0.0.1", port: 0, allow: ["127.0.0.1/32"] };
    const site = await startSite(t, { members: [always(ok)], config: { metrics } });
    const said = await scrape(`http://127.0.0.1:${site.router.metrics?.port}`);
    assert.equal(said.get('fairlead_farm_members{farm="owa"}'), 1);
  });

  it("says what every process costs, and when certificates expire", async (t) => {
    const certificate = aCertificate({ certificate: memberCertificate.cert, key: memberCertificate.key });
    const site = await startSite(t, { config: { admin }, listener: { tls: aListenerTls([certificate]) } });
    const said = await metricsOf(site);
    const [seconds = 0, bytes = 0] = ["cpu_seconds_total", "resident_memory_bytes"].map((name) =>
      said.get(`fairlead_process_${name}{process="control"}`),
    );
    assert.ok(seconds > 0 && seconds < 1000, String(seconds));
    assert.ok(bytes > 1e7 && bytes < 1e10, String(bytes));
    const name = 'fairlead_certificate_not_after_timestamp_seconds{certificate="test.pem",name="mail.example.test"}';
    assert.equal(said.get(name), certificate.notAfter / 1000);
  });

  it("loses nothing of a worker that dies, and shows each worker's process", { timeout: 60_000 }, async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { admin, workers: 2 } });
    const requests = `fairlead_member_requests_total{${member}}`;
    const untilSaid = async (right: (said: Scrape) => boolean): Promise<Scrape> =>
      until(async () => {
        const said = await metricsOf(site);
        return right(said) ? said : null;
      });
    const ask = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round++) await site.client().write(get).untilText("ok");
    };
    await ask(20);
    const before = await untilSaid((said) => said.get(requests) === 20);
    assert.deepEqual(workers(before).toSorted(), ["worker 1", "worker 2"]);
    assert.equal(before.get("fairlead_worker_restarts_total"), 0);
    process.kill(site.router.forwarding.workers()[0]?.pid ?? 0, "SIGKILL");
    const after = await untilSaid((said) => workers(said).includes("worker 3"));
    assert.deepEqual(workers(after).toSorted(), ["worker 2", "worker 3"]);
    assert.equal(after.get("fairlead_worker_restarts_total"), 1);
    assert.equal(after.get(requests), 20);
    await ask(10);
    await untilSaid((said) => said.get(requests) === 30);
  });

  it("counts a pinned connection for as long as it is open", async (t) => {
    const site = await startSite(t, { members: [always(ok)], farm: { connectionAuth: "pin" }, config: { admin } });
    const client = site.client().write(get);
    await client.untilText("ok");
    const connection = await site.member.connection();
    const before = await metricsOf(site);
    client.close();
    await connection.untilGone();
    await site.untilIdle();
    const after = await metricsOf(site);
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
      const said = await metricsOf(site);
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
