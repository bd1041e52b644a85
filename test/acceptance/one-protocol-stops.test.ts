import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { FarmStatus } from "../../src/control/farm-status.ts";
import { startLabControl } from "../../src/lab/lab-control.ts";
import { startSite, type ExpandedDocument, type Layout, type Site } from "../support/lab-site.ts";
import { fairlead } from "../support/program.ts";
import { SteadyClients } from "../support/steady-clients.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;
const open = { owa: "none", ews: "none", oab: "none" } as const;
const servers = ["cas1", "cas2"].map((name) => ({ name, authentication: open }));
const both = ["CAS1", "CAS2"];
const onlySecond = ["CAS2"];
const paths = { owa: "/owa/", ews: "/EWS/Exchange.asmx", oab: "/oab/lab/oab.xml" } as const;
type Protocol = keyof typeof paths;

/** Enough answers of each protocol after a moment to tell who answers. */
const enough = 20;

interface Running {
  readonly site: Site;
  readonly clients: SteadyClients;
  /** Resolves once enough requests that begin now were answered; gives who answered. */
  readonly whoAnswers: () => Promise<Record<Protocol, string[]>>;
}

async function start(
  t: TestContext,
  layout: Layout,
  more: (document: ExpandedDocument) => void = () => undefined,
): Promise<Running> {
  const change = (document: ExpandedDocument): void => {
    // A server that is back shall be seen to answer at once.
    Object.assign(document, { defaults: { slowStart: "off" } });
    more(document);
  };
  const site = await startSite(t, { layout, change, lab: { servers } });
  const names = ["owa", "ews", "oab"] as const;
  const hostOf = (name: Protocol): string =>
    `${layout === "namespace-per-protocol" ? name : "mail"}.exchange.localhost`;
  const clients = new SteadyClients(
    site,
    names.map((name) => ({ name, host: hostOf(name), path: paths[name] })),
  );
  t.after(() => clients.stop());
  const whoAnswers = async (): Promise<Record<Protocol, string[]>> => {
    const mark = clients.mark();
    await until(() => names.every((name) => clients.since(mark, name).length >= enough));
    const [owa, ews, oab] = names.map((name) => clients.serversSince(mark, name));
    return { owa: owa ?? [], ews: ews ?? [], oab: oab ?? [] };
  };
  return { site, clients, whoAnswers };
}

/** The members that are not healthy, as farm/server. */
function down(farms: readonly FarmStatus[]): string[] {
  return farms
    .flatMap(({ name, members }) =>
      members.filter(({ healthy }) => healthy !== true).map(({ server }) => `${name}/${server}`),
    )
    .toSorted();
}

test("by commands: OWA stops on one server, nothing but OWA moves, no GET is lost", { timeout }, async (t) => {
  const { site, clients, whoAnswers } = await start(t, "namespace-per-protocol");
  const control = await startLabControl(site.lab, 0);
  t.after(() => control.close());
  const lab = async (...words: string[]): Promise<void> => {
    const { code, errors } = await fairlead(["lab", ...words, "--control-port", String(control.port)]);
    assert.equal(code, 0, errors);
  };
  assert.deepEqual(await whoAnswers(), { owa: both, ews: both, oab: both });

  await lab("stop", "cas1", "owa");
  const { reason } = await site.untilHealthy("owa", "cas1", false);
  const asked = `GET https://127.0.0.1:${site.lab.server("cas1").port}/owa/HealthCheck.htm (Host owa.exchange.localhost)`;
  assert.equal(reason, `${asked}: 503 Service Unavailable`);
  assert.deepEqual(await whoAnswers(), { owa: onlySecond, ews: both, oab: both });
  const status = await fairlead(["status", "--json", "--admin", site.adminUrl]);
  assert.equal(status.code, 0, status.errors);
  const farms: FarmStatus[] = JSON.parse(status.output);
  assert.deepEqual(down(farms), ["owa/cas1"]);
  const member = farms.find(({ name }) => name === "owa")?.members.find(({ server }) => server === "cas1");
  assert.equal(member?.reason, reason);

  await lab("start", "cas1", "owa");
  await site.untilHealthy("owa", "cas1");
  assert.deepEqual(await whoAnswers(), { owa: both, ews: both, oab: both });
  assert.deepEqual(down(await site.farms()), []);
  await clients.stop();
  assert.deepEqual(clients.failures, []);
  t.diagnostic(`${clients.answers.length} GETs, none failed`);
});

test("EWS and OAB stop on one server, and OWA stays on both", { timeout }, async (t) => {
  const { site, clients, whoAnswers } = await start(t, "namespace-per-protocol");
  for (const protocol of ["ews", "oab"]) site.lab.stop("cas1", protocol);
  for (const protocol of ["ews", "oab"]) await site.untilHealthy(protocol, "cas1", false);
  assert.deepEqual(await whoAnswers(), { owa: both, ews: onlySecond, oab: onlySecond });
  assert.deepEqual(down(await site.farms()), ["ews/cas1", "oab/cas1"]);
  for (const protocol of ["ews", "oab"]) site.lab.start("cas1", protocol);
  for (const protocol of ["ews", "oab"]) await site.untilHealthy(protocol, "cas1");
  assert.deepEqual(await whoAnswers(), { owa: both, ews: both, oab: both });
  await clients.stop();
  assert.deepEqual(clients.failures, []);
});

test("under one name: the protocols move one by one by their paths, no GET is lost", { timeout }, async (t) => {
  const { site, clients, whoAnswers } = await start(t, "single-namespace");
  site.lab.stop("cas1", "owa");
  await site.untilHealthy("owa", "cas1", false);
  assert.deepEqual(await whoAnswers(), { owa: onlySecond, ews: both, oab: both });
  site.lab.start("cas1", "owa");
  site.lab.stop("cas2", "ews");
  site.lab.stop("cas2", "oab");
  for (const protocol of ["ews", "oab"]) await site.untilHealthy(protocol, "cas2", false);
  await site.untilHealthy("owa", "cas1");
  assert.deepEqual(await whoAnswers(), { owa: both, ews: ["CAS1"], oab: ["CAS1"] });
  await clients.stop();
  assert.deepEqual(clients.failures, []);
});

test("an OWA that hangs or resets is left, and no GET is lost", { timeout }, async (t) => {
  const { site, clients, whoAnswers } = await start(t, "namespace-per-protocol", ({ farms }) => {
    // What hangs is sent elsewhere after this time; the built-in value suits mailboxes, not tests.
    farms["owa"]!["timeouts"] = { response: "1s" };
  });
  await whoAnswers();
  site.lab.hang("cas1", "owa");
  const { reason } = await site.untilHealthy("owa", "cas1", false);
  assert.match(reason ?? "", /HealthCheck\.htm \(Host owa\.exchange\.localhost\): no answer within 1 s$/);
  assert.deepEqual(await whoAnswers(), { owa: onlySecond, ews: both, oab: both });
  site.lab.start("cas1", "owa");
  await site.untilHealthy("owa", "cas1");
  assert.deepEqual(await whoAnswers(), { owa: both, ews: both, oab: both });

  // The check does not see this one; each request is saved by being sent to the other server.
  site.lab.fault("cas1", "owa", "reset");
  assert.deepEqual(await whoAnswers(), { owa: onlySecond, ews: both, oab: both });
  await clients.stop();
  assert.deepEqual(clients.failures, []);
  site.router.report();
  assert.ok((await site.member("owa", "cas1")).failed > 0);
});
