import assert from "node:assert/strict";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { FarmStatus } from "../control/farm-status.ts";
import { EventRing } from "../control/event-ring.ts";
import { noLog } from "../observe/log.ts";
import { systemClock } from "../util/clock.ts";
import { aConfig } from "../../test/support/configs.ts";
import { aMemberStatus } from "../../test/support/member-status.ts";
import type { ConfigurationRoutes } from "./configuration-routes.ts";
import { type Admin, startAdmin } from "./start-admin.ts";

const refused = { applied: false, problems: [], warnings: [], changes: [] } as const;
const noConfigurations: ConfigurationRoutes = {
  configurations: {
    history: () => [],
    reload: async () => refused,
    rollback: async () => refused,
    inForce: aConfig([]),
  },
  acme: { status: () => [] },
  forwarding: { workers: () => [], deaths: () => 0 },
  upgrade: async () => ({ upgraded: false, problem: "not here" }),
};

describe("startAdmin", () => {
  let farms: FarmStatus[];
  let admin: Admin;

  beforeEach(async () => {
    farms = [
      { name: "owa", minimumServers: 1, members: [{ ...aMemberStatus, healthy: true }] },
      { name: "ews", minimumServers: 1, members: [{ ...aMemberStatus, healthy: false }] },
    ];
    admin = await start("127.0.0.1");
  });
  afterEach(() => admin.close());

  const ready = (): boolean => farms.every(({ members }) => members.every(({ healthy }) => healthy !== null));

  function around() {
    const control = {
      farms: () => farms,
      ready,
      events: new EventRing(systemClock),
      metrics: () => [],
      servers: () => [],
      setState: () => null,
    };
    return { ...noConfigurations, control, clock: systemClock, log: noLog };
  }

  async function start(address: string): Promise<Admin> {
    return startAdmin({ ...around(), address, port: 0 });
  }

  const get = async (path: string): Promise<Response> => fetch(admin.url + path);

  /** The status of a request with this Host, over a socket of its own. */
  async function statusFor(host: string, { address = "127.0.0.1", path = "/api/v1/farms" } = {}): Promise<number> {
    const socket = connect(admin.port, address);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    return Number(answer.split(" ")[1]);
  }

  it("gives the farms as they are", async () => {
    const response = await get("/api/v1/farms");
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("access-control-allow-origin"), null);
    assert.deepEqual(await response.json(), farms);
  });

  it("is alive, and ready once every farm is known", async () => {
    assert.equal((await get("/healthz")).status, 200);
    assert.equal((await get("/readyz")).status, 200);
    farms = [...farms, { name: "oab", minimumServers: 1, members: [{ ...aMemberStatus, healthy: null }] }];
    const response = await get("/readyz");
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), { ready: false, waitingFor: ["oab"] });
    assert.equal((await get("/healthz")).status, 200);
  });

  it("answers errors as JSON", async () => {
    const response = await get("/nothing");
    assert.equal(response.status, 404);
    assert.deepEqual(await response.json(), { error: "not-found", message: "There is no GET /nothing here." });
  });

  for (const host of ["localhost", "LOCALHOST:9900", "127.0.0.1", "127.0.0.1:1", "127.8.8.8", "[::1]:9900"]) {
    it(`serves the Host ${host}`, async () => assert.equal(await statusFor(host), 200));
  }

  for (const host of [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example:9900",
    "10.0.0.1",
    "[::2]",
    "a@localhost",
    "2130706433x",
  ]) {
    it(`refuses the Host ${host}`, async () => assert.equal(await statusFor(host), 403));
  }

  it("refuses a foreign Host on every path, also those that do not exist", async () => {
    for (const path of ["/", "/healthz", "/readyz", "/api/v1/events", "/nothing"]) {
      assert.equal(await statusFor("evil.example", { path }), 403, path);
    }
  });

  it("refuses what a browser sends for a page from elsewhere, but for links that lead here", async () => {
    const headers = ["cross-site", "same-site", "same-origin", "none"].map((site) => ({ "Sec-Fetch-Site": site }));
    const url = new URL("/api/v1/farms", admin.url);
    const answers = await Promise.all(headers.map(async (one) => fetch(url, { headers: one })));
    // What fetch sends beside it says that it is no link.
    assert.deepEqual(
      answers.map(({ status }) => status),
      [403, 403, 200, 200],
    );
  });

  it("refuses other machines even where it is bound to all addresses", async (test) => {
    const own = Object.values(networkInterfaces())
      .flat()
      .find((network) => network?.family === "IPv4" && !network.internal);
    if (own === undefined) return test.skip("this machine has no address but loopback");
    await admin.close();
    admin = await start("0.0.0.0");
    assert.equal(await statusFor("localhost"), 200);
    assert.equal(await statusFor("localhost", { address: own.address }), 403);
    return undefined;
  });

  it("serves a page in which only its own script runs", async () => {
    const response = await get("/");
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.match(await response.text(), /^<!doctype html>/);
  });

  it("rejects where its port is taken", async () => {
    await assert.rejects(startAdmin({ ...around(), address: "127.0.0.1", port: admin.port }), /EADDRINUSE/);
  });
});
