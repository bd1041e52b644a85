import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { LabServerOptions } from "../../src/lab/lab-options.ts";
import { startSite, type ExpandedDocument, type Site } from "../support/lab-site.ts";
import { PostClients } from "../support/post-clients.ts";
import { SteadyClients } from "../support/steady-clients.ts";
import { until } from "../support/until.ts";

const timeout = 120_000;
const open = { owa: "none", ews: "none", oab: "none" } as const;
const servers: readonly LabServerOptions[] = ["cas1", "cas2"].map((name) => ({ name, authentication: open }));
const both = ["CAS1", "CAS2"];
const onlySecond = ["CAS2"];
const protocols = ["owa", "ews", "oab"] as const;
type Protocol = (typeof protocols)[number];
const paths = { owa: "/owa/", ews: "/EWS/Exchange.asmx", oab: "/oab/lab/oab.xml" } as const;
const hostOf = (name: Protocol): string => `${name}.exchange.localhost`;

/** What the preset writes, with the built-in values: no check is quicker than that. */
function byDefaults(document: ExpandedDocument): void {
  Object.assign(document, { defaults: {} });
}

function byResponseTime(document: ExpandedDocument): void {
  byDefaults(document);
  document.farms["owa"]!["balance"] = "least-response-time";
}

interface Running {
  readonly site: Site;
  readonly clients: SteadyClients;
  /** Of all that was asked for by POST: how often it came to the lab. */
  readonly seen: ReadonlyMap<string, number>;
  /** Resolves once enough requests that begin now were answered; gives who answered. */
  readonly whoAnswers: (enough?: number) => Promise<Record<Protocol, string[]>>;
}

async function start(
  t: TestContext,
  change: (document: ExpandedDocument) => void = byDefaults,
  each = 1,
): Promise<Running> {
  const seen = new Map<string, number>();
  const onEvent = (event: { readonly type: string; readonly target?: string }): void => {
    const post = /\?post=(\d+)/.exec(event.target ?? "")?.[1];
    if (event.type === "request" && post !== undefined) seen.set(post, (seen.get(post) ?? 0) + 1);
  };
  const site = await startSite(t, { layout: "namespace-per-protocol", change, lab: { servers, onEvent } });
  const wanted = protocols.map((name) => ({ name, host: hostOf(name), path: paths[name] }));
  const clients = new SteadyClients(site, Array.from({ length: each }, () => wanted).flat());
  t.after(() => clients.stop());
  const whoAnswers = async (enough = 20): Promise<Record<Protocol, string[]>> => {
    const mark = clients.mark();
    await until(() => protocols.every((name) => clients.since(mark, name).length >= enough));
    const [owa, ews, oab] = protocols.map((name) => clients.serversSince(mark, name));
    return { owa: owa ?? [], ews: ews ?? [], oab: oab ?? [] };
  };
  await until(async () => (await whoAnswers()).owa.length === 2);
  return { site, clients, seen, whoAnswers };
}

async function untilAllAnswer({ whoAnswers }: Running): Promise<void> {
  await until(async () => Object.values(await whoAnswers()).every((names) => names.length === 2));
}

test("a killed server: no GET is lost, and none when it is back", { timeout }, async (t) => {
  const running = await start(t);
  const { site, clients, whoAnswers } = running;
  const killed = site.lab.server("cas1");
  const { port } = killed;
  await killed.close();
  for (const protocol of protocols) await site.untilHealthy(protocol, "cas1", false);
  assert.deepEqual(await whoAnswers(), { owa: onlySecond, ews: onlySecond, oab: onlySecond });
  await killed.listen(port);
  await untilAllAnswer(running);
  await clients.stop();
  assert.deepEqual(clients.failures, []);
});

test("a stopped pool: no GET is lost, its member alone is out", { timeout }, async (t) => {
  const running = await start(t);
  const { site, clients, whoAnswers } = running;
  site.lab.stop("cas1", "owa");
  const { reason } = await site.untilHealthy("owa", "cas1", false);
  assert.match(reason ?? "", /503/);
  assert.deepEqual(await whoAnswers(), { owa: onlySecond, ews: both, oab: both });
  site.lab.start("cas1", "owa");
  await untilAllAnswer(running);
  await clients.stop();
  assert.deepEqual(clients.failures, []);
});

test("a hung pool: each GET that waits there is answered, its member alone is out", { timeout }, async (t) => {
  const { site, clients, whoAnswers } = await start(t);
  site.lab.hang("cas1", "owa");
  const swallowed = site.lab.pool("cas1", "owa").requests;
  await site.untilHealthy("owa", "cas1", false);
  assert.deepEqual(await whoAnswers(), { owa: onlySecond, ews: both, oab: both });
  assert.ok(site.lab.pool("cas1", "owa").requests > swallowed, "some had to be saved");
  for (const protocol of ["ews", "oab"]) assert.equal((await site.member(protocol, "cas1")).healthy, true);
  // Ends when all are answered, and these answers take minutes by the time-outs of the preset.
  await clients.stop();
  assert.deepEqual(clients.failures, []);
});

test("a slow member gets less than a tenth of its share under least-response-time", { timeout }, async (t) => {
  const { site, clients } = await start(t, byResponseTime, 4);
  site.lab.slow("cas1", "owa", 500);
  const share = async (): Promise<number> => {
    const mark = clients.mark();
    await until(() => clients.since(mark, "owa").length >= 200);
    const answers = clients.since(mark, "owa");
    return answers.filter(({ server }) => server === "CAS1").length / answers.length;
  };
  const shares: number[] = [];
  await until(async () => {
    shares.push(await share());
    return shares.at(-1)! < 0.05;
  });
  t.diagnostic(`shares of the slow member: ${shares.map((part) => part.toFixed(3)).join(" ")}`);
  await clients.stop();
  assert.deepEqual(clients.failures, []);
});

test("a pool that flaps changes its state a few times only, and no GET is lost", { timeout }, async (t) => {
  // As often as may be, so that the test takes seconds; a member comes back after two passes.
  const { site, clients } = await start(t, () => undefined);
  const pool = site.lab.pool("cas1", "owa");
  const states = new Set<string>();
  const rounds = 8;
  for (let round = 0; round < rounds; round++) {
    for (const works of [false, true]) {
      if (works) site.lab.start("cas1", "owa");
      else site.lab.stop("cas1", "owa");
      for (let check = 0; check < 3; check++) {
        const before = pool.healthChecks;
        await until(() => pool.healthChecks > before);
        const { healthy, since } = await site.member("owa", "cas1");
        states.add(`${since} ${healthy}`);
      }
    }
  }
  t.diagnostic([...states].join(", "));
  assert.ok(states.size >= 2, "it was out at all");
  assert.ok(states.size <= rounds / 2 + 1, [...states].join(", "));
  await site.untilHealthy("owa", "cas1");
  await clients.stop();
  assert.deepEqual(clients.failures, []);
});

test("all servers are down and up again: 503 meanwhile, then service returns by itself", { timeout }, async (t) => {
  const running = await start(t);
  const { site, clients } = running;
  await clients.stop();
  const ports = site.lab.servers.map(({ port }) => port);
  for (const server of site.lab.servers) await server.close();
  for (const { frontEnd } of site.lab.servers) await site.untilHealthy("owa", frontEnd.name, false);
  const ask = async (method: string): Promise<string> => {
    const client = await site.openTls(hostOf("owa"));
    const { status, head } = await client.request(`${method} /owa/ HTTP/1.1\r\nHost: ${hostOf("owa")}\r\n\r\n`);
    client.close();
    return `${status} ${/^X-Fairlead-Error: (.*)\r$/m.exec(head)?.[1] ?? ""}`;
  };
  for (const method of ["GET", "HEAD"]) assert.equal(await ask(method), "503 no-member-available");
  for (const [index, server] of site.lab.servers.entries()) await server.listen(ports[index]!);
  await until(async () => (await ask("GET")).startsWith("200") || (await ask("GET")).startsWith("302"));
});

test("no POST is done twice, whatever happens to the servers", { timeout }, async (t) => {
  const running = await start(t);
  const { site, seen, clients } = running;
  const posts = new PostClients(site, { host: hostOf("ews"), path: paths.ews }, 8);
  const more = async (): Promise<void> => {
    const before = posts.statuses.length;
    await until(() => posts.statuses.length > before + 100);
  };
  await more();
  site.lab.stop("cas1", "ews");
  await site.untilHealthy("ews", "cas1", false);
  await more();
  site.lab.start("cas1", "ews");
  await untilAllAnswer(running);
  site.lab.fault("cas2", "ews", "reset", 5);
  await more();
  site.lab.hang("cas1", "ews");
  await site.untilHealthy("ews", "cas1", false);
  await more();
  // What hangs there ends with it.
  const killed = site.lab.server("cas1");
  await killed.close();
  await more();
  await Promise.all([posts.stop(), clients.stop()]);
  assert.equal(posts.statuses.length, posts.begun);
  const twice = [...seen].filter(([, times]) => times > 1);
  assert.deepEqual(twice, []);
  assert.ok(seen.size <= posts.begun && seen.size > 400, String(seen.size));
  const broken = posts.statuses.filter((status) => status === 0).length;
  assert.equal(broken, 0, "each has its answer");
  const counts = new Map<number, number>();
  for (const status of posts.statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  t.diagnostic([...counts].map(([status, count]) => `${status}: ${count}`).join(", "));
  assert.deepEqual(clients.failures, []);
});
