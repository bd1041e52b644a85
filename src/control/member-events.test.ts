import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { aConfig, aFarm, aHealth, aMember } from "../../test/support/configs.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { Check } from "../health/check.ts";
import { noLog } from "../observe/log.ts";
import { type Control, createControl } from "./control.ts";

const owa = aFarm({
  name: "owa",
  members: [aMember("cas1", "a"), aMember("cas2", "b")],
  health: aHealth({ path: "/owa", fall: 1, rise: 1 }),
});

describe("events of members and farms", () => {
  let clock: FakeClock;
  let failing: Set<string>;
  let control: Control;
  let seen: number;

  const check: Check = async (member, health) => {
    const ok = !failing.has(member.host);
    const came = ok ? "200 OK" : "503 Service Unavailable";
    return { ok, asked: `GET ${health.path}`, came, status: ok ? 200 : 503, durationMs: 7, at: clock.now() };
  };

  beforeEach(() => {
    clock = new FakeClock();
    failing = new Set();
    seen = 0;
  });

  function start(): void {
    const config = aConfig([owa]);
    control = createControl({ config, clock, random: () => 0.5, send: () => undefined, log: noLog, check });
  }

  /** What was told since the last call. */
  function told(): string[] {
    const events = control.events.since(seen);
    seen = control.events.latest;
    return events.map(({ kind, farm, server, was, is, by }) => `${kind} ${farm}/${server} ${was} -> ${is} (${by})`);
  }

  it("tell of a member that fails: what it was and since when, why, and the check", async () => {
    start();
    await clock.advance(0);
    assert.deepEqual(told(), ["health owa/cas1 null -> up (check)", "health owa/cas2 null -> up (check)"]);
    failing.add("a");
    await clock.advance(5000);
    assert.deepEqual(control.events.since(2), [
      {
        id: 3,
        at: "2026-01-01T00:00:05.000Z",
        kind: "health",
        farm: "owa",
        server: "cas1",
        was: "up",
        is: "down",
        since: "2026-01-01T00:00:00.000Z",
        why: "GET /owa: 503 Service Unavailable",
        by: "check",
        evidence: {
          asked: "GET /owa",
          came: "503 Service Unavailable",
          at: "2026-01-01T00:00:05.000Z",
          durationMs: 7,
        },
      },
    ]);
    failing.clear();
    await clock.advance(5000);
    const [back] = control.events.since(3);
    assert.deepEqual([back?.was, back?.is, back?.since], ["down", "up", "2026-01-01T00:00:05.000Z"]);
    assert.equal(back?.why, "GET /owa: 200 OK");
  });

  it("tell of a farm that has no server left, and of the first that returns", async () => {
    start();
    await clock.advance(0);
    told();
    failing.add("a").add("b");
    await clock.advance(5000);
    assert.deepEqual(told(), [
      "health owa/cas1 up -> down (check)",
      "health owa/cas2 up -> down (check)",
      "farm owa/null up -> down (check)",
    ]);
    assert.equal(control.events.since(0).at(-1)?.why, "no server is left: requests are answered with 503");
    failing.delete("b");
    await clock.advance(2000);
    assert.deepEqual(told(), ["health owa/cas2 down -> up (check)", "farm owa/null down -> up (check)"]);
    assert.equal(control.events.since(0).at(-1)?.why, "1 of 2 servers can get requests");
    failing.clear();
    await clock.advance(2000);
    assert.deepEqual(told(), ["health owa/cas1 down -> up (check)"]);
  });

  it("tell of a farm that nothing serves from the start, once all of it is known", async () => {
    failing.add("a").add("b");
    start();
    await clock.advance(0);
    assert.deepEqual(told(), [
      "health owa/cas1 null -> down (check)",
      "health owa/cas2 null -> down (check)",
      "farm owa/null null -> down (check)",
    ]);
  });

  it("tell of a farm that a configuration leaves without a server, and of nothing that it leaves as it is", async () => {
    failing.add("a");
    start();
    await clock.advance(0);
    told();
    control.apply(aConfig([owa]));
    assert.deepEqual(told(), []);
    control.apply(aConfig([{ ...owa, members: [aMember("cas1", "a")] }]));
    assert.deepEqual(told(), ["farm owa/null up -> down (configuration)"]);
    control.apply(aConfig([]));
    control.apply(aConfig([{ ...owa, members: [aMember("cas1", "c")] }]));
    await clock.advance(0);
    assert.deepEqual(told(), ["health owa/cas1 null -> up (check)"]);
  });

  it("take a member at another address for another one", async () => {
    failing.add("a");
    start();
    await clock.advance(0);
    told();
    control.apply(aConfig([{ ...owa, members: [aMember("cas1", "c"), aMember("cas2", "b")] }]));
    await clock.advance(0);
    assert.deepEqual(told(), ["health owa/cas1 null -> up (check)"]);
  });
});
