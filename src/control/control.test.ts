import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { aConfig, aFarm, aHealth, aMember } from "../../test/support/configs.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { Config } from "../config/config.ts";
import type { ToWorker } from "../farm/messages.ts";
import type { Check } from "../health/check.ts";
import type { Log } from "../observe/log.ts";
import { type Control, createControl } from "./control.ts";

/** Farms owa and ews on servers cas1 (host a) and cas2 (host b). */
function matrix(): Config {
  const members = [aMember("cas1", "a", 443), aMember("cas2", "b", 443)] as const;
  return aConfig([
    aFarm({ name: "owa", members, health: aHealth({ path: "/owa", fall: 1, rise: 1 }) }),
    aFarm({ name: "ews", members, health: aHealth({ path: "/ews", fall: 1, rise: 1 }) }),
  ]);
}

function texts(message: ToWorker): string[] {
  if (message.type !== "members") return [message.type];
  return message.members.map(({ farm, server, health }) => `${farm}/${server} ${health === "up" ? "in" : "out"}`);
}

describe("Control", () => {
  let clock: FakeClock;
  let failing: Set<string>;
  let sent: ToWorker[];
  let logged: string[];
  let control: Control;

  const check: Check = async (member, health) => {
    const ok = !failing.has(`${health.path} ${member.host}`);
    const came = ok ? "200 OK" : "503 Service Unavailable";
    return { ok, asked: `GET ${health.path}`, came, status: ok ? 200 : 503, durationMs: 7, at: clock.now() };
  };
  const log: Log = (event, fields) => {
    if (event.startsWith("health.member")) logged.push(`${event} ${Object.values(fields).join(" ")}`);
  };

  function start(config = matrix()): void {
    control = createControl({ config, clock, random: () => 0.5, send: (message) => sent.push(message), log, check });
  }

  beforeEach(() => {
    clock = new FakeClock();
    failing = new Set();
    sent = [];
    logged = [];
  });

  /** What was sent since the last call. */
  const verdicts = (): string[] => sent.splice(0).flatMap(texts);

  it("sends the configuration, then every member, then changes only", async () => {
    start();
    assert.deepEqual(verdicts(), ["configure", "owa/cas1 out", "owa/cas2 out", "ews/cas1 out", "ews/cas2 out"]);
    await clock.advance(0);
    failing.add("/owa a");
    assert.deepEqual(verdicts(), ["owa/cas1 in", "owa/cas2 in", "ews/cas1 in", "ews/cas2 in"]);
    await clock.advance(60_000);
    assert.deepEqual(verdicts(), ["owa/cas1 out"]);
    failing.clear();
    await clock.advance(60_000);
    assert.deepEqual(verdicts(), ["owa/cas1 in"]);
  });

  it("sends a message that survives the way to another process", async () => {
    start();
    await clock.advance(0);
    for (const message of sent) assert.deepEqual(structuredClone(message), message);
    for (const message of sent) assert.deepEqual(JSON.parse(JSON.stringify(message)), message);
  });

  it("says nothing to the workers about a member that is out from the start, but logs it", async () => {
    failing.add("/owa a");
    start();
    verdicts();
    await clock.advance(0);
    assert.deepEqual(verdicts(), ["owa/cas2 in", "ews/cas1 in", "ews/cas2 in"]);
    assert.equal(logged[0], "health.member-down owa cas1 GET /owa 503 Service Unavailable");
  });

  it("is ready when every member has had its first verdict, whatever it is", async () => {
    failing.add("/owa a");
    start();
    assert.equal(control.ready(), false);
    await clock.advance(0);
    assert.equal(control.ready(), true);
  });

  it("shows why a member is out and that the server's other protocols are not", async () => {
    start();
    await clock.advance(0);
    failing.add("/owa a");
    await clock.advance(5000);
    const [owa, ews] = control.farms();
    const { since, ...member } = owa!.members[0]!;
    assert.deepEqual(member, {
      server: "cas1",
      address: "http://a:443",
      state: "available",
      stateSet: null,
      weight: 1,
      healthy: false,
      trial: false,
      reason: "GET /owa: 503 Service Unavailable",
      lastCheck: { asked: "GET /owa", came: "503 Service Unavailable", at: "2026-01-01T00:00:05.000Z", durationMs: 7 },
      current: 0,
      total: 0,
      failed: 0,
      responseTimeMs: 0,
      held: 0,
      oldestMs: 0,
    });
    assert.equal(since, "2026-01-01T00:00:05.000Z");
    assert.deepEqual([owa!.members[1]!.healthy, ews!.members[0]!.healthy, ews!.members[0]!.reason], [true, true, null]);
  });

  it("shows a member that is not known yet as neither healthy nor not", () => {
    start();
    const member = control.farms()[0]!.members[0]!;
    assert.deepEqual([member.healthy, member.reason, member.lastCheck], [null, "not checked yet", null]);
  });

  it("checks at once when a request failed on a member", async () => {
    start();
    await clock.advance(1000);
    verdicts();
    failing.add("/owa a");
    control.receive({ type: "member-failed", farm: "owa", server: "cas1", code: "connect-refused" });
    await clock.advance(0);
    assert.deepEqual(verdicts(), ["owa/cas1 out"]);
  });

  it("counts what the workers report, of configured members alone", async () => {
    start();
    const numbers = { current: 1, total: 5, failed: 2, responseTimeMs: 3, held: 0, oldestMs: 0 };
    control.receive({ type: "numbers", members: [{ farm: "owa", server: "cas1", ...numbers }] }, 1);
    control.receive({ type: "numbers", members: [{ farm: "owa", server: "cas1", ...numbers }] }, 2);
    control.receive({ type: "numbers", members: [{ farm: "gone", server: "cas1", ...numbers }] }, 2);
    const { current, total, failed, responseTimeMs } = control.farms()[0]!.members[0]!;
    assert.deepEqual([current, total, failed, responseTimeMs], [2, 10, 4, 3]);
    control.workerGone(2);
    assert.equal(control.farms()[0]!.members[0]!.current, 1);
    assert.equal(control.farms()[0]!.members[0]!.total, 10);
  });

  it("keeps health and numbers over a reload, and tells the workers of every member", async () => {
    start();
    await clock.advance(0);
    control.receive({
      type: "numbers",
      members: [
        { farm: "owa", server: "cas1", current: 0, total: 5, failed: 0, responseTimeMs: 0, held: 0, oldestMs: 0 },
      ],
    });
    verdicts();
    logged = [];
    control.apply(aConfig([matrix().farms[0]!]));
    assert.deepEqual(verdicts(), ["configure", "owa/cas1 in", "owa/cas2 in"]);
    assert.deepEqual(logged, []);
    assert.equal(control.farms().length, 1);
    assert.equal(control.farms()[0]!.members[0]!.total, 5);
    assert.equal(control.ready(), true);
  });

  it("stops checking when it is closed", async () => {
    start();
    await clock.advance(0);
    control.close();
    assert.equal(clock.pending, 0);
  });
});
