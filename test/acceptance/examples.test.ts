import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect } from "node:tls";
import { parse, stringify } from "yaml";
import { load } from "../../src/cli/load.ts";
import type { RouteConfig } from "../../src/config/config.ts";
import { checkHttp } from "../../src/health/checks/http.ts";
import { createLabCertificates, type LabCertificates } from "../../src/lab/certificates.ts";
import type { LabServerOptions } from "../../src/lab/lab-options.ts";
import { startLab } from "../../src/lab/start-lab.ts";
import { RawClient } from "../../src/lab/testing/raw-client.ts";
import { startFairlead, type Fairlead } from "../../src/main.ts";
import { noLog } from "../../src/observe/log.ts";
import { systemClock } from "../../src/util/clock.ts";
import { systemRandom } from "../../src/util/random.ts";
import { moveExample, writeExampleFiles, type Example } from "../support/patch-example.ts";
import { portOf } from "../support/port-of.ts";
import { serverOf } from "../support/server-of.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;
const examples = new URL("../../../examples/", import.meta.url);
const files = readdirSync(examples).filter((name) => name.endsWith(".yaml"));

/** Servers by name with the addresses at which they answer. */
type Addresses = Readonly<Record<string, string>>;

async function startExchange(t: TestContext, { exchange }: Example, certificates: LabCertificates): Promise<Addresses> {
  const servers = (exchange?.servers ?? []).map((name) => labServer(name, exchange?.version ?? 2013));
  const old = (exchange?.legacy?.servers ?? []).map((name) => labServer(name, exchange?.legacy?.version ?? 2007));
  const all = [...servers, ...old];
  // As on Exchange, the servers' certificate is valid for the published names.
  const ofServers = Object.fromEntries(all.map(({ name }) => [name, certificates.listener]));
  const lab = await startLab({ servers: all, certificates: { ...certificates, servers: ofServers } });
  t.after(() => lab.close());
  return Object.fromEntries(lab.status().servers.map(({ name, url }) => [name, url]));
}

function labServer(name: string, version: number | string): LabServerOptions {
  return { name, personality: version === 2007 || version === 2010 ? `${version}` : "2013" };
}

/** An application that says who it is. */
async function startApplication(t: TestContext, names: readonly string[]): Promise<Addresses> {
  const addresses: Record<string, string> = {};
  for (const name of names) {
    const server = createServer((_request, response) => {
      response.setHeader("X-FEServer", name.toUpperCase()).end("ok");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    addresses[name] = `http://127.0.0.1:${portOf(server)}`;
  }
  return addresses;
}

function publishedNames({ exchange, routes = [] }: Example): string[] {
  const names = routes.flatMap(({ host }) => (host === undefined ? [] : [host]));
  return exchange === undefined ? names : [`*.${exchange.domain}`, ...names];
}

interface Standing {
  readonly router: Fairlead;
  readonly routes: readonly RouteConfig[];
  readonly members: ReadonlyMap<string, readonly string[]>;
  readonly ca: string;
}

async function start(t: TestContext, file: string): Promise<Standing> {
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  const example: Example = parse(await readFile(new URL(file, examples), "utf8"));
  const certificates = await createLabCertificates({ servers: [], published: publishedNames(example) }, systemClock);
  await writeExampleFiles(folder, example, certificates);
  const addresses =
    example.exchange === undefined
      ? await startApplication(t, Object.keys(example.servers))
      : await startExchange(t, example, certificates);
  moveExample(example, addresses);
  const path = join(folder, file);
  await writeFile(path, stringify(example));
  const result = await load(path);
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(result.warnings, []);
  const { config } = result;
  const router = await startFairlead(config, {
    clock: systemClock,
    random: systemRandom,
    log: noLog,
    check: checkHttp,
  });
  t.after(() => router.close(0));
  const members = new Map(
    config.farms.map((farm) => [farm.name, farm.members.map(({ server }) => server.toUpperCase())]),
  );
  return { router, routes: config.routes, members, ca: certificates.ca };
}

/** How many requests each farm got. */
function totals(router: Fairlead): Record<string, number> {
  router.report();
  return Object.fromEntries(
    router.control.farms().map(({ name, members }) => [name, members.reduce((sum, { total }) => sum + total, 0)]),
  );
}

async function get({ router, ca }: Standing, host: string, path: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: router.listeners[0]?.port ?? 0, servername: host, ca });
  await once(socket, "secureConnect");
  const client = new RawClient(socket);
  const { head } = await client.request(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  client.close();
  return head;
}

test("there is an example of each layout, of coexistence and of another application", async () => {
  const texts = await Promise.all(files.map(async (file) => readFile(new URL(file, examples), "utf8")));
  for (const part of [/layout: shared-check/, /layout: namespace-per-protocol/, /layout: single-namespace/, /legacy:/])
    assert.ok(
      texts.some((text) => part.test(text)),
      String(part),
    );
  assert.ok(texts.some((text) => !/^exchange:/m.test(text)));
});

for (const file of files) {
  test(
    `examples/${file} starts, finds its servers healthy, and each route leads to its farm`,
    { timeout },
    async (t) => {
      const standing = await start(t, file);
      const { router, routes, members } = standing;
      await until(() => router.control.farms().every((farm) => farm.members.every(({ healthy }) => healthy !== null)));
      for (const { name, members: checked } of router.control.farms())
        for (const { server, healthy, reason } of checked) assert.ok(healthy, `${name} on ${server}: ${reason}`);
      for (const route of routes) {
        const host = (route.host ?? "any.example").replace("*", "any");
        const before = totals(router);
        const head = await get(standing, host, route.path === "/" ? "/" : `${route.path.toUpperCase()}/`);
        const answered = serverOf(head);
        assert.ok(members.get(route.farm)?.includes(answered), `${host}${route.path}: ${head}`);
        assert.deepEqual(totals(router), { ...before, [route.farm]: (before[route.farm] ?? 0) + 1 });
      }
    },
  );

  test(`examples/${file} leads from http to https`, { timeout }, async (t) => {
    const { router, routes } = await start(t, file);
    const host = routes[0]?.host ?? "";
    const client = new RawClient(connectTcp(router.listeners.at(-1)?.port ?? 0, "127.0.0.1"));
    t.after(() => client.close());
    const { status, head } = await client.request(`GET /some/path?a=b HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assert.equal(status, 301);
    const location = new URL(/^Location: (.*)\r$/m.exec(head)?.[1] ?? "");
    assert.deepEqual([location.protocol, location.hostname], ["https:", host]);
    assert.equal(location.pathname + location.search, "/some/path?a=b");
  });
}
