import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { aHealth, aLiveTraffic, aMember, aMemberTls } from "../../test/support/configs.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { HealthConfig, LiveTrafficConfig } from "../config/farm-config.ts";
import type { Clock } from "../util/clock.ts";
import type { Check } from "./check.ts";
import { MemberCheck } from "./member-check.ts";
import { type LiveFailure, MemberWatch } from "./member-watch.ts";

const broken: LiveFailure = { reason: "requests failed: broken", kind: "broken" };
const status: LiveFailure = { reason: "requests failed: status", kind: "refused" };
const slow: LiveFailure = { reason: "requests failed: slow", kind: "slow" };

function fail(watch: MemberWatch, times: number, failure = broken, mayEject = true): void {
  for (let time = 0; time < times; time++) watch.liveFailure(failure, mayEject);
}

describe("MemberWatch", () => {
  let clock: FakeClock;
  let passes: boolean;
  /** When checks began, and the time each had. */
  let asked: [at: number, timeoutMs: number][];
  /** How long a check takes; one that takes longer than its time fails then. */
  let takesMs: number;
  let changes: number;

  beforeEach(() => {
    clock = new FakeClock();
    passes = true;
    asked = [];
    takesMs = 0;
    changes = 0;
  });

  const check: Check = async (_member, { timeoutMs }) => {
    asked.push([clock.monotonic(), timeoutMs]);
    const durationMs = Math.min(takesMs, timeoutMs);
    if (takesMs > 0) await new Promise<void>((resolve) => clock.after(durationMs, resolve));
    const ok = passes && takesMs <= timeoutMs;
    return { ok, asked: "GET", came: ok ? "200" : "503", status: null, durationMs, at: clock.now() };
  };

  interface Wanted {
    readonly live?: Partial<LiveTrafficConfig> | null;
    readonly health?: Partial<HealthConfig> | null;
    readonly clock?: Clock;
  }

  async function start({ live = {}, health = {}, clock: own = clock }: Wanted = {}): Promise<MemberWatch> {
    const onChange = (): void => void changes++;
    const config = aMember("cas1");
    const subject = { member: config, health: aHealth({ everyMs: 60_000, ...health }), tls: aMemberTls() };
    const parts = { subject, before: null, check, clock, random: () => 0.5, onChange, dispensable: () => true };
    const watch = new MemberWatch({
      farm: "owa",
      config,
      check: health === null ? null : new MemberCheck(parts),
      live: live === null ? null : aLiveTraffic(live),
      clock: own,
      since: clock.now(),
      onChange,
    });
    await clock.advance(1000);
    changes = 0;
    asked = [];
    return watch;
  }

  it("with probe-now has the check decide at once, and one failure of it is enough", async () => {
    const watch = await start({ health: { fall: 5 } });
    passes = false;
    fail(watch, 2);
    assert.equal(watch.health.available, true);
    await clock.advance(0);
    assert.equal(asked.length, 1);
    assert.deepEqual([watch.health.available, watch.health.by, watch.health.reason], [false, "check", "GET: 503"]);
  });

  it("with probe-now needs more than one failed check where too few requests failed", async () => {
    const watch = await start({ health: { fall: 3 } });
    passes = false;
    fail(watch, 1);
    await clock.advance(0);
    assert.equal(watch.health.available, true);
  });

  it("forgets failures that are older than the time", async () => {
    const watch = await start({ health: null, live: { withinMs: 5000 } });
    fail(watch, 1);
    await clock.advance(5001);
    fail(watch, 1);
    assert.equal(watch.health.available, true);
    fail(watch, 1);
    assert.equal(watch.health.available, false);
  });

  it("takes one out whose check passes by five times as many that are broken off, and by no number of statuses or slow answers", async () => {
    const watch = await start();
    fail(watch, 9);
    fail(watch, 100, status);
    fail(watch, 100, slow);
    await clock.advance(0);
    assert.equal(watch.health.available, true);
    fail(watch, 1);
    assert.equal(watch.health.available, false);
    assert.deepEqual([watch.health.by, watch.health.reason], ["live traffic", "requests failed: broken"]);
  });

  it("with eject asks no check, and counts statuses too", async () => {
    const watch = await start({ live: { action: "eject" } });
    fail(watch, 2, status);
    assert.equal(watch.health.available, false);
    await clock.advance(10_000);
    assert.equal(asked.length, 0);
  });

  it("is out for its time, then on trial, and back with the first answer", async () => {
    const watch = await start({ health: null, live: { ejectMs: 30_000 } });
    fail(watch, 2);
    await clock.advance(29_999);
    assert.deepEqual([watch.health.available, watch.ejected, changes], [false, true, 1]);
    await clock.advance(1);
    assert.deepEqual([watch.health.available, watch.health.trial, watch.ejected, changes], [true, true, false, 2]);
    watch.answered();
    assert.deepEqual([watch.health.available, watch.health.trial, changes], [true, false, 3]);
    assert.equal(watch.health.reason, null);
    watch.answered();
    assert.equal(changes, 3);
  });

  it("is out for twice as long where the trial fails", async () => {
    const watch = await start({ health: null, live: { ejectMs: 30_000 } });
    fail(watch, 2);
    await clock.advance(30_000);
    fail(watch, 1);
    await clock.advance(59_999);
    assert.equal(watch.health.available, false);
    await clock.advance(1);
    assert.equal(watch.health.trial, true);
  });

  it("comes on trial although its timer rings a little early, as the machine's do", async () => {
    const early: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (delayMs, run) => clock.after(delayMs - 1, run),
      every: (periodMs, run) => clock.every(periodMs, run),
    };
    const watch = await start({ health: null, live: { ejectMs: 30_000 }, clock: early });
    fail(watch, 2);
    await clock.advance(40_000);
    assert.equal(watch.health.trial, true);
  });

  it("on trial after broken requests is back with an answer of any status where the check passes", async () => {
    const watch = await start({ live: { ejectMs: 1000 } });
    fail(watch, 10);
    await clock.advance(1000);
    assert.equal(watch.health.trial, true);
    fail(watch, 1, status);
    assert.equal(watch.health.trial, false);
    assert.equal(watch.health.available, true);
  });

  it("on trial is out again with an answer that does not come in time", async () => {
    const watch = await start({ live: { ejectMs: 1000 } });
    fail(watch, 10);
    await clock.advance(1000);
    fail(watch, 1, slow);
    assert.deepEqual([watch.health.trial, watch.health.available], [false, false]);
  });

  it("stays where it has to be kept", async () => {
    const watch = await start({ health: null });
    fail(watch, 100, broken, false);
    assert.equal(watch.health.available, true);
  });

  it("hears nothing where live traffic does not count", async () => {
    const watch = await start({ live: null });
    fail(watch, 100);
    watch.silence();
    await clock.advance(1000);
    assert.deepEqual([watch.health.available, asked.length], [true, 0]);
  });

  it("is out by its check whatever live traffic says", async () => {
    const watch = await start({ live: { action: "eject", ejectMs: 1000 }, health: { everyMs: 1000, fall: 1 } });
    fail(watch, 2);
    passes = false;
    await clock.advance(5000);
    watch.answered();
    assert.deepEqual([watch.health.available, watch.health.trial, watch.health.by], [false, false, "check"]);
  });

  it("has a check made at once by silence, that fails early, and decides", async () => {
    const watch = await start({ health: { timeoutMs: 2000, fall: 5 } });
    takesMs = 10_000;
    watch.silence();
    await clock.advance(999);
    assert.deepEqual(asked, [[1000, 1000]]);
    assert.equal(watch.health.available, true);
    await clock.advance(1);
    assert.equal(watch.health.available, false);
  });

  it("gives the check of silence four times what is usual", async () => {
    takesMs = 400;
    const watch = await start({ health: { timeoutMs: 2000 } });
    watch.silence();
    await clock.advance(1000);
    assert.deepEqual(asked, [[1000, 1600]]);
    assert.equal(watch.health.available, true);
  });

  it("puts the check of silence in the place of one that waits, and keeps it early whatever fails meanwhile", async () => {
    const watch = await start({ health: { everyMs: 1000, timeoutMs: 20_000, fall: 5 } });
    takesMs = 60_000;
    await clock.advance(50);
    watch.silence();
    fail(watch, 2);
    await clock.advance(2000);
    assert.equal(watch.health.available, false);
  });

  it("leaves no timer behind", async () => {
    const watch = await start({ health: null });
    fail(watch, 2);
    watch.close();
    assert.equal(clock.pending, 0);
  });

  it("goes on being out over a reload, and comes back from it", async () => {
    const before = await start({ health: null, live: { ejectMs: 10_000 } });
    fail(before, 2);
    const watch = await start({ health: null, live: { ejectMs: 10_000 } });
    watch.continue(before);
    assert.equal(watch.health.available, false);
    await clock.advance(9000);
    assert.equal(watch.health.trial, true);
  });
});
