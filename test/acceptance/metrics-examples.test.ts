import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect } from "node:tls";
import { parse, stringify } from "yaml";
import { runProgram } from "../../src/lab/testing/run-program.ts";
import { aConfig, aHealth } from "../support/configs.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { memberCertificate } from "../support/member-certificate.ts";
import { allMetrics } from "../support/reference-tables.ts";
import { scrape } from "../support/scrape.ts";
import { startSite } from "../support/site.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

const alerts = "examples/prometheus/alerts.yml";
const dashboard: Dashboard = JSON.parse(readFileSync("examples/grafana/fairlead.json", "utf8"));
const rules: Rules = parse(readFileSync(alerts, "utf8"));

const shown = dashboard.panels.flatMap(({ targets }) => targets?.map(({ expr }) => expr) ?? []);
const marked = dashboard.annotations.list.map(({ expr }) => expr);
const asked = dashboard.templating.list.map(({ definition }) => definition ?? "");
const alerted = rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr));

const named = new Set(
  [...shown, ...marked, ...asked, ...alerted].flatMap((text) => text.match(/\bfairlead_[a-z0-9_]+/g) ?? []),
);

const { limits } = aConfig([]);
const tls = aListenerTls([aCertificate({ certificate: memberCertificate.cert, key: memberCertificate.key })]);

/** A router that has seen everything that the metrics tell of. */
async function everything(t: TestContext): Promise<ReadonlySet<string>> {
  const site = await startSite(t, {
    members: [
      ({ socket }) => void socket.on("data", () => socket.end("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")),
      ({ socket }) => void socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")),
    ],
    farm: { health: aHealth() },
    check: async () => ({ ok: true, asked: "GET /", came: "200 OK", status: 200, durationMs: 1, at: 0 }),
    config: { admin: { address: "127.0.0.1", port: 0 }, limits: { ...limits, connections: 2 } },
    listener: { tls },
  });
  for (const request of ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "nonsense\r\n\r\n"]) {
    const socket = connect({ host: "127.0.0.1", port: site.router.port, rejectUnauthorized: false });
    t.after(() => socket.destroy());
    socket.write(request);
    await once(socket, "data");
  }
  await site.client().untilGone();
  site.router.report();
  const said = await scrape(site.router.admin?.url);
  return new Set([...said.keys()].map((series) => series.replace(/\{.*/, "")));
}

test("the dashboard and the alerts name no metric that a router does not have", async (t) => {
  const said = await everything(t);
  assert.ok(named.size > 30, `${named.size} metrics are named`);
  assert.deepEqual(
    [...named].filter((name) => !said.has(name)),
    [],
  );
});

test("the dashboard or the alerts use every metric, but for those that are there to look closer", () => {
  assert.deepEqual(
    allMetrics.map(({ name }) => name).filter((name) => !named.has(name) && !named.has(`${name}_bucket`)),
    [
      "fairlead_process_heap_bytes",
      "fairlead_process_start_time_seconds",
      "fairlead_spans_sent_total",
      "fairlead_member_state",
      "fairlead_member_last_change_timestamp_seconds",
    ],
  );
});

test("Prometheus understands the example's configuration, its alerts and the dashboard's queries", async (t) => {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const file = join(folder.path, "dashboard.yml");
  const queries = [...shown, ...marked].map((expr) => expr.replaceAll(/\$__(?:rate_)?interval/g, "5m"));
  const recorded = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
  await writeFile(file, stringify({ groups: [{ name: "dashboard", rules: recorded }] }));
  const config = await runProgram("promtool", ["check", "config", "examples/prometheus/prometheus.yml"]);
  const checked = await runProgram("promtool", ["check", "rules", alerts, file]);
  if (config === null || checked === null) {
    t.skip("promtool is not installed (apt-get install prometheus)");
    return;
  }
  assert.equal(config.code, 0, config.errors);
  assert.equal(checked.code, 0, checked.errors);
});
