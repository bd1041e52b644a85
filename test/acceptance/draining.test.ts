import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { RouterEvent } from "../../src/control/router-event.ts";
import { ntlmAuthenticate, ntlmNegotiate } from "../../src/lab/testing/ntlm-client.ts";
import type { RawClient, RawResponse } from "../../src/lab/testing/raw-client.ts";
import { labRouterSite, LabRouter } from "../support/lab-router.ts";
import { serverOf } from "../support/server-of.ts";
import { until } from "../support/until.ts";

const timeout = 150_000;
const oabBytes = 200_000_000;
const deadlineMs = 15_000;
const pings = 50;
const signedIn = 20;

const names = {
  "namespace-per-protocol": {
    eas: "eas.exchange.localhost",
    ews: "ews.exchange.localhost",
    oab: "oab.exchange.localhost",
  },
  "single-namespace": {
    eas: "mail.exchange.localhost",
    ews: "mail.exchange.localhost",
    oab: "mail.exchange.localhost",
  },
} as const;

/** A client, and when its connection ended. */
interface Watched {
  readonly client: RawClient;
  endedAt: number;
}

function watched(client: RawClient): Watched {
  const one = { client, endedAt: 0 };
  const ended = (): void => void (one.endedAt ||= Date.now());
  client.socket.once("end", ended).once("close", ended);
  return one;
}

async function ping(t: TestContext, router: LabRouter, host: string): Promise<Watched> {
  const client = await router.open(t);
  const path = "/Microsoft-Server-ActiveSync?Cmd=Ping&User=alice&DeviceId=1&HeartbeatInterval=900";
  client.send(`POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`);
  return watched(client);
}

async function askEws(client: RawClient, host: string, authorization = ""): Promise<RawResponse> {
  const field = authorization === "" ? "" : `Authorization: ${authorization}\r\n`;
  return client.request(`GET /ews/exchange.asmx HTTP/1.1\r\nHost: ${host}\r\n${field}\r\n`);
}

async function signIn(t: TestContext, router: LabRouter, host: string): Promise<Watched> {
  const client = await router.open(t);
  const challenge = await askEws(client, host, ntlmNegotiate());
  const answer = await askEws(client, host, ntlmAuthenticate(challenge.head, "alice", "password"));
  assert.equal(answer.status, 200);
  return watched(client);
}

interface Download {
  readonly bytes: () => number;
  readonly endedAt: () => number;
  /** A reset for which data waits is a mere end for this client (libuv): that it is short, it knows by the length. */
  readonly end: Promise<void>;
}

/** Takes it slowly. */
async function download(t: TestContext, router: LabRouter, host: string): Promise<Download> {
  const socket = connect({ host: "127.0.0.1", port: router.port });
  t.after(() => socket.destroy());
  await once(socket, "connect");
  socket.write(`GET /oab/lab/full-1.lzx HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const state = { bytes: 0, endedAt: 0 };
  socket.on("data", (bytes) => {
    state.bytes += bytes.length;
    socket.pause();
    setTimeout(() => socket.resume(), 20);
  });
  socket.on("error", () => undefined);
  const end = new Promise<void>((resolve) => {
    socket.once("close", () => {
      state.endedAt = Date.now();
      resolve();
    });
  });
  return { bytes: () => state.bytes, endedAt: () => state.endedAt, end };
}

/** What is left on cas1, by farm. */
async function left(router: LabRouter): Promise<Record<string, number>> {
  const { members } = await router.server("cas1");
  return Object.fromEntries(members.filter(({ held }) => held > 0).map(({ farm, held }) => [farm, held]));
}

async function untilLeft(router: LabRouter, expected: Record<string, number>): Promise<void> {
  await until(async () => isDeepStrictEqual(await left(router), expected));
}

for (const [workers, layout] of [
  [0, "namespace-per-protocol"],
  [2, "single-namespace"],
] as const) {
  test(`a server is drained until the deadline (workers: ${workers}, ${layout})`, { timeout }, async (t) => {
    const host = names[layout];
    const site = await labRouterSite(t, { workers, layout, oabBytes });
    const router = await site.start();
    await router.command("server", "cas2", "unavailable");
    const parked = await Promise.all(Array.from({ length: pings }, async () => ping(t, router, host.eas)));
    const users = await Promise.all(Array.from({ length: signedIn }, async () => signIn(t, router, host.ews)));
    const running = await download(t, router, host.oab);
    await untilLeft(router, { eas: pings, ews: signedIn, oab: 1 });
    await router.command("server", "cas2", "available");

    const deadline = `${deadlineMs}ms`;
    const said = await router.command("server", "cas1", "drain", "--deadline", deadline, "--note", "patches");
    assert.match(said, new RegExp(`^ {2}eas +drain +${pings} left, oldest \\d+ s +until 20`, "m"));
    assert.match(said, /^ {2}owa +drain +nothing left/m);
    const { stateSet } = await router.server("cas1");
    const endsAt = Date.parse(stateSet?.until ?? "");
    assert.deepEqual([stateSet?.scope, stateSet?.note, stateSet?.cut], ["server", "patches", false]);

    // New clients go elsewhere, those that belong there go on, what is left is counted down.
    const newcomer = await ping(t, router, host.eas);
    await until(() => site.lab.pool("cas2", "eas").requests > 0);
    for (const { client } of users) assert.equal(serverOf((await askEws(client, host.ews)).head), "CAS1");
    for (const { client } of [...parked.splice(0, 30), ...users.splice(0, 15)]) client.close();
    await untilLeft(router, { eas: 20, ews: 5, oab: 1 });
    const { held, oldestMs, state } = await router.member("eas", "cas1");
    assert.deepEqual([held, state, oldestMs > 0], [20, "drain", true]);
    const bytes = running.bytes();
    await until(() => running.bytes() > bytes);
    for (const { client } of users) assert.equal(serverOf((await askEws(client, host.ews)).head), "CAS1");

    await until(async () => (await router.server("cas1")).stateSet?.cut === true);
    await running.end;
    assert.ok(running.bytes() < oabBytes);
    for (const { client } of parked) {
      const { status, head } = await client.response("POST");
      assert.equal(status, 503);
      assert.match(head, /^X-Fairlead-Error: member-withdrawn\r$/m);
    }
    for (const { client } of users) assert.equal(await client.rest(), "");
    assert.deepEqual(
      [...users, ...parked].map(({ client }) => client.error).filter((error) => error !== ""),
      [],
    );
    const ends = [running.endedAt(), ...users.map(({ endedAt }) => endedAt)];
    // Timers may be a little early.
    assert.ok(Math.min(...ends) >= endsAt - 10, `${endsAt - Math.min(...ends)} ms too early`);
    assert.equal(newcomer.endedAt, 0);
    await untilLeft(router, {});

    const events: RouterEvent[] = JSON.parse(
      await (await fetch(`${router.admin}/api/v1/events?kinds=state,emptied&format=json`)).text(),
    );
    const ofServer = events.filter(({ server }) => server === "cas1");
    assert.deepEqual(
      ofServer.filter(({ kind }) => kind === "state").map(({ was, is }) => `${was} -> ${is}`),
      ["null -> drain", "drain -> unavailable"],
    );
    const emptied = ofServer.filter(({ kind, is }) => kind === "emptied" && is === "unavailable");
    assert.deepEqual(
      ["eas", "ews", "oab"].map((farm) => emptied.filter((event) => event.farm === farm).length),
      [1, 1, 1],
    );

    await router.command("server", "cas1", "available");
    await router.command("server", "cas2", "drain");
    const back = await ping(t, router, host.eas);
    await untilLeft(router, { eas: 1 });
    back.client.close();
  });
}

const get = "GET /owa/ HTTP/1.1\r\nHost: owa.exchange.localhost\r\n\r\n";

/** The servers that answer new clients. */
async function whoAnswers(t: TestContext, router: LabRouter): Promise<string[]> {
  const answers: string[] = [];
  for (let time = 0; time < 8; time++) {
    const client = await router.open(t);
    answers.push(serverOf((await client.request(get)).head));
    client.close();
  }
  return [...new Set(answers)].toSorted();
}

for (const [signal, workers] of [
  ["SIGTERM", 0],
  ["SIGKILL", 2],
] as const) {
  const skip = process.platform === "win32" ? "no signals on Windows" : false;
  test(`states outlive the process (${signal}, workers: ${workers})`, { timeout, skip }, async (t) => {
    const site = await labRouterSite(t, { workers, layout: "namespace-per-protocol" });
    const first = await site.start();
    await first.command("server", "cas1", "drain", "--deadline", "10m", "--note", "patches");
    await first.command("server", "cas2", "drain", "--farm", "oab");
    const before = await first.servers();
    const parked = await ping(t, first, names["namespace-per-protocol"].eas);
    await until(() => site.lab.pool("cas2", "eas").requests > 0);
    first.program.signal(signal);
    // Workers that are left alone finish what they have.
    if (signal === "SIGKILL") parked.client.close();
    else await parked.client.rest();
    await first.program.ended();
    assert.equal((await stat(join(site.folder, ".fairlead", "state.json"))).mode & 0o777, 0o600);

    const second = await site.start();
    const states = (servers: typeof before) =>
      servers.map(({ state, stateSet, members }) => [state, stateSet, members.map((one) => [one.state, one.stateSet])]);
    assert.deepEqual(states(await second.servers()), states(before));
    assert.equal((await second.server("cas1")).stateSet?.note, "patches");
    assert.deepEqual(await whoAnswers(t, second), ["CAS2"]);
    await second.command("server", "cas1", "available");
    assert.deepEqual(await whoAnswers(t, second), ["CAS1", "CAS2"]);
    second.program.signal("SIGKILL");
    await second.program.ended();
    const third = await site.start();
    const { state, stateSet } = await third.server("cas1");
    assert.deepEqual([state, stateSet?.until], ["available", null]);
    assert.equal((await third.member("oab", "cas2")).state, "drain");
  });
}

test("a deadline that comes while no router runs has come when one does", { timeout }, async (t) => {
  const site = await labRouterSite(t, { workers: 0, layout: "namespace-per-protocol" });
  const first = await site.start();
  await first.command("server", "cas1", "drain", "--deadline", "1ms");
  await until(async () => (await first.server("cas1")).stateSet?.cut === true);
  await first.command("server", "cas2", "drain", "--deadline", "1500ms");
  first.program.signal("SIGKILL");
  await first.program.ended();
  const second = await site.start();
  for (const name of ["cas1", "cas2"]) {
    await until(async () => (await second.server(name)).stateSet?.cut === true);
    assert.equal((await second.server(name)).state, "unavailable");
  }
});

for (const workers of [0, 2]) {
  test(
    `an upgrade keeps states, and the old process hears of new ones (workers: ${workers})`,
    { timeout },
    async (t) => {
      let successor: number | null = null;
      // First of all: while it lives, the output of the other process does not end.
      t.after(() => {
        if (successor !== null) process.kill(successor, "SIGKILL");
      });
      const host = names["namespace-per-protocol"];
      const site = await labRouterSite(t, { workers, layout: "namespace-per-protocol" });
      const old = await site.start();
      await old.command("server", "cas2", "unavailable");
      const parked = await ping(t, old, host.eas);
      const user = await signIn(t, old, host.ews);
      await untilLeft(old, { eas: 1, ews: 1 });
      await old.command("server", "cas2", "available");
      await old.command("server", "cas1", "drain", "--deadline", "10m", "--note", "patches");
      const before = await old.server("cas1");

      successor = Number(/Process (\d+)/.exec(await old.command("upgrade"))?.[1]);
      const [, admin = ""] = await old.program.untilOutput(/router.replaced[^]*"event":"admin.bound","url":"([^"]+)"/);
      const fresh = await new LabRouter(old.program, old.port, admin).untilKnown();
      assert.deepEqual((await fresh.server("cas1")).stateSet, before.stateSet);
      assert.deepEqual(await whoAnswers(t, fresh), ["CAS2"]);
      // The old process carries on what it had.
      assert.equal(serverOf((await askEws(user.client, host.ews)).head), "CAS1");
      assert.equal(parked.endedAt, 0);
      await fresh.command("server", "cas1", "unavailable", "--now");
      assert.equal((await parked.client.response("POST")).status, 503);
      assert.equal(await user.client.rest(), "");
      parked.client.close();
      await until(() => old.program.process.exitCode !== null);
      assert.equal(old.program.process.exitCode, 0);
      await fresh.command("server", "cas1", "available");
      assert.deepEqual(await whoAnswers(t, fresh), ["CAS1", "CAS2"]);
    },
  );
}
