import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { Config } from "../config/config.ts";
import type { FarmConfig, HealthConfig, MemberConfig } from "../config/farm-config.ts";
import { aConfig, aFarm, aHealth, aLiveTraffic, aMember } from "../../test/support/configs.ts";
import type { Check } from "./check.ts";
import { Monitor } from "./monitor.ts";

/** Members by host; a check of a host in `slow` is answered when the test says so. */
class Members {
  readonly failing = new Set<string>();
  readonly slow = new Set<string>();
  readonly asked: { host: string; path: string; at: number; signal: AbortSignal }[] = [];
  readonly answers: ((ok: boolean) => void)[] = [];

  readonly check: Check = async (member, health, _tls, { clock, signal }) => {
    this.asked.push({ host: member.host, path: health.path, at: clock.monotonic(), signal });
    const ok = this.slow.has(member.host)
      ? await new Promise<boolean>((resolve) => this.answers.push(resolve))
      : !this.failing.has(member.host);
    return { ok, asked: health.path, came: ok ? "200 OK" : "503", status: null, durationMs: 0, at: clock.now() };
  };

  times(host: string): number[] {
    return this.asked.filter((asked) => asked.host === host).map(({ at }) => at);
  }
}

/** Farm owa with cas1 at this host. */
const one = (host: string, health: Partial<HealthConfig> = {}, farm: Partial<FarmConfig> = {}): Config =>
  aConfig([aFarm({ name: "owa", members: [aMember("cas1", host)], health: aHealth(health), ...farm })]);

/** Of hosts that do not answer at all, and of others that do at once. */
function hangingCheck(silent: ReadonlySet<string>): Check {
  return async ({ host }, { timeoutMs }, _tls, { clock }) => {
    if (silent.has(host)) await new Promise<void>((resolve) => clock.after(timeoutMs, resolve));
    return { ok: !silent.has(host), asked: "", came: "", status: null, durationMs: 0, at: 0 };
  };
}

describe("Monitor", () => {
  let clock: FakeClock;
  let members: Members;
  let changes: string[];
  let monitor: Monitor;

  beforeEach(() => {
    clock = new FakeClock();
    members = new Members();
    changes = [];
    monitor = new Monitor({
      check: members.check,
      clock,
      random: () => 0.5,
      onChange: (farm, server, { available }) => changes.push(`${farm}/${server} ${available ? "up" : "down"}`),
    });
  });

  const available = (farm: string, server: string): boolean | undefined => monitor.health(farm, server)?.available;
  it("checks every member at once and lets nobody in before", async () => {
    monitor.apply(one("a"));
    assert.deepEqual(members.times("a"), [0]);
    assert.equal(available("owa", "cas1"), false);
    assert.equal(monitor.health("owa", "cas1")?.known, false);
    await clock.advance(0);
    assert.equal(available("owa", "cas1"), true);
    assert.deepEqual(changes, ["owa/cas1 up"]);
  });

  it("checks at the interval, and faster while the member fails or is not sure", async () => {
    monitor.apply(one("a", { everyMs: 5000, whileFailingMs: 1000, fall: 2, rise: 2 }));
    await clock.advance(5000);
    members.failing.add("a");
    await clock.advance(7000);
    members.failing.delete("a");
    await clock.advance(6000);
    assert.deepEqual(members.times("a"), [0, 5000, 10_000, 11_000, 12_000, 13_000, 14_000]);
    assert.deepEqual(changes, ["owa/cas1 up", "owa/cas1 down", "owa/cas1 up"]);
  });

  it("stretches and shortens each interval by the jitter", async () => {
    const random = [0, 1, 0.5];
    const jittered = new Monitor({
      check: members.check,
      clock,
      random: () => random.shift() ?? 0.5,
      onChange: () => undefined,
    });
    jittered.apply(one("a", { everyMs: 1000, jitter: 0.2 }));
    await clock.advance(3000);
    assert.deepEqual(members.times("a"), [0, 800, 2000, 3000]);
    jittered.close();
  });

  it("checks members of two farms once where address and check are the same", async () => {
    const farm = { members: [aMember("cas1", "a")] as [MemberConfig], health: aHealth() };
    monitor.apply(aConfig([aFarm({ ...farm, name: "owa" }), aFarm({ ...farm, name: "ecp" })]));
    await clock.advance(5000);
    assert.deepEqual(members.times("a"), [0, 5000]);
    assert.deepEqual(changes, ["owa/cas1 up", "ecp/cas1 up"]);
  });

  it("checks each protocol of a server for itself", async () => {
    const farm = { members: [aMember("cas1", "a")] as [MemberConfig] };
    monitor.apply(
      aConfig([
        aFarm({ ...farm, name: "owa", health: aHealth({ path: "/owa" }) }),
        aFarm({ ...farm, name: "ews", health: aHealth({ path: "/ews" }) }),
      ]),
    );
    assert.deepEqual(
      members.asked.map(({ path }) => path),
      ["/owa", "/ews"],
    );
  });

  describe("on a live failure", () => {
    it("checks at once, and two failures in all take the member out", async () => {
      monitor.apply(one("a", { everyMs: 60_000, fall: 2 }));
      await clock.advance(10_000);
      members.failing.add("a");
      monitor.liveFailure("owa", "cas1", "member-closed");
      await clock.advance(0);
      assert.deepEqual(members.times("a"), [0, 10_000]);
      assert.equal(available("owa", "cas1"), false);
    });

    it("never checks more than five times a second, however many there are", async () => {
      monitor.apply(one("a", { everyMs: 60_000 }));
      await clock.advance(10_000);
      for (let storm = 0; storm < 1000; storm += 1) {
        monitor.liveFailure("owa", "cas1", "member-closed");
        await clock.advance(1);
      }
      assert.equal(available("owa", "cas1"), true, "the checks pass");
      assert.equal(members.times("a").filter((at) => at >= 10_000 && at < 11_000).length, 5);
    });

    it("runs one check at a time and queues one more at most", async () => {
      monitor.apply(one("a", { everyMs: 60_000 }));
      await clock.advance(10_000);
      members.slow.add("a");
      for (let storm = 0; storm < 10; storm += 1) {
        monitor.liveFailure("owa", "cas1", "member-closed");
        await clock.advance(1000);
      }
      assert.equal(members.answers.length, 1);
      members.answers[0]!(true);
      await clock.advance(1000);
      assert.equal(members.answers.length, 2);
      members.answers[1]!(true);
      await clock.advance(1000);
      assert.equal(members.answers.length, 2);
    });

    it("does not take a pass for a refutation whose check began before it", async () => {
      monitor.apply(one("a", { everyMs: 10_000, fall: 2 }));
      await clock.advance(0);
      members.slow.add("a");
      await clock.advance(10_000);
      monitor.liveFailure("owa", "cas1", "member-closed");
      members.answers[0]!(true);
      await clock.advance(200);
      members.answers[1]!(false);
      await clock.advance(0);
      assert.equal(available("owa", "cas1"), false);
    });

    it("never takes a member out whose farm has no check", async () => {
      monitor.apply(one("a", {}, { health: null }));
      for (let storm = 0; storm < 10; storm += 1) monitor.liveFailure("owa", "cas1", "member-closed");
      await clock.advance(60_000);
      assert.equal(available("owa", "cas1"), true);
      assert.deepEqual(members.asked, []);
    });

    describe("that would eject", () => {
      const servers = ["cas1", "cas2", "cas3", "cas4"] as const;
      let out: Set<string>;

      beforeEach(() => {
        out = new Set();
        const wanted = (_farm: string, server: string): boolean => !out.has(server);
        monitor = new Monitor({ check: members.check, clock, random: () => 0.5, onChange: () => undefined, wanted });
      });

      const start = (count: number): void => {
        const liveTraffic = aLiveTraffic({ action: "eject", fails: 1, ejectMs: 1000 });
        const [first, ...others] = servers.slice(0, count).map((server) => aMember(server, server));
        if (first === undefined) throw new RangeError("a farm has a member");
        monitor.apply(aConfig([aFarm({ name: "owa", members: [first, ...others], health: null, liveTraffic })]));
      };

      it("leaves the last one that operators have not taken out", async () => {
        start(4);
        for (const server of ["cas2", "cas3", "cas4"]) out.add(server);
        monitor.liveFailure("owa", "cas1", "member-closed");
        assert.equal(available("owa", "cas1"), true);
        out.delete("cas4");
        monitor.liveFailure("owa", "cas1", "member-closed");
        assert.equal(available("owa", "cas1"), false);
      });

      it("leaves the last one that is not on trial, and puts out again one that is", async () => {
        start(2);
        monitor.liveFailure("owa", "cas1", "member-closed");
        await clock.advance(1000);
        assert.equal(monitor.health("owa", "cas1")?.trial, true);
        monitor.liveFailure("owa", "cas2", "member-closed");
        assert.equal(available("owa", "cas2"), true);
        monitor.liveFailure("owa", "cas1", "member-closed");
        assert.equal(available("owa", "cas1"), false);
      });
    });

    it("ignores names that are not configured", () => {
      monitor.apply(one("a"));
      monitor.liveFailure("owa", "cas9", "member-closed");
      assert.equal(members.asked.length, 1);
    });
  });

  it("gives the last member the full time of a check, however silent all of them are", async () => {
    const pair = { members: [aMember("cas1", "a"), aMember("cas2", "b")] as const };
    const health = { everyMs: 60_000, timeoutMs: 2000, fall: 2 };
    monitor = new Monitor({
      check: hangingCheck(members.failing),
      clock,
      random: () => 0.5,
      onChange: () => undefined,
    });
    monitor.apply(one("a", health, pair));
    await clock.advance(10_000);
    for (const host of ["a", "b"]) members.failing.add(host);
    for (const server of ["cas1", "cas2"]) monitor.silence("owa", server);
    await clock.advance(1500);
    assert.deepEqual([available("owa", "cas1"), available("owa", "cas2")], [false, true]);
    await clock.advance(2500);
    assert.equal(available("owa", "cas2"), false);
  });

  describe("over a reload", () => {
    it("goes on undisturbed where nothing changed", async () => {
      monitor.apply(one("a"));
      await clock.advance(3000);
      monitor.apply(one("a"));
      assert.equal(available("owa", "cas1"), true);
      await clock.advance(2000);
      assert.deepEqual(members.times("a"), [0, 5000]);
      assert.deepEqual(changes, ["owa/cas1 up"]);
    });

    it("keeps what was known until a changed check has decided, and that one decides alone", async () => {
      monitor.apply(one("a", { fall: 3 }));
      await clock.advance(0);
      members.slow.add("a");
      monitor.apply(one("a", { fall: 3, path: "/new" }));
      await clock.advance(0);
      assert.equal(available("owa", "cas1"), true);
      assert.equal(monitor.health("owa", "cas1")?.known, true);
      members.answers[0]!(false);
      await clock.advance(0);
      assert.equal(available("owa", "cas1"), false);
      assert.deepEqual(changes, ["owa/cas1 up", "owa/cas1 down"]);
    });

    it("knows nothing of a member whose address changed", async () => {
      monitor.apply(one("a"));
      await clock.advance(0);
      monitor.apply(one("b"));
      assert.equal(available("owa", "cas1"), false);
      assert.equal(monitor.health("owa", "cas1")?.known, false);
      await clock.advance(0);
      assert.equal(available("owa", "cas1"), true);
    });

    it("checks a new member at once and leaves the others in their rhythm", async () => {
      monitor.apply(one("a"));
      await clock.advance(2000);
      monitor.apply(one("a", {}, { members: [aMember("cas1", "a"), aMember("cas2", "b")] }));
      await clock.advance(3000);
      assert.deepEqual(members.times("a"), [0, 5000]);
      assert.deepEqual(members.times("b"), [2000]);
    });

    it("stops the checks of a removed member and ignores what a running one finds", async () => {
      members.slow.add("a");
      monitor.apply(one("a"));
      monitor.apply(one("b"));
      assert.equal(members.asked[0]?.signal.aborted, true);
      members.answers[0]!(true);
      await clock.advance(20_000);
      assert.deepEqual(members.times("a"), [0]);
      assert.deepEqual(changes, ["owa/cas1 up"], "of b alone");
    });

    it("keeps a member in that gets its first check", async () => {
      monitor.apply(one("a", {}, { health: null }));
      monitor.apply(one("a"));
      assert.equal(available("owa", "cas1"), true);
    });
  });

  it("says what the last check and the last failed one were, and since when", async () => {
    monitor.apply(one("a", { fall: 1, rise: 3, whileFailingMs: 1000 }));
    await clock.advance(4000);
    members.failing.add("a");
    await clock.advance(1000);
    const downSince = clock.now();
    members.failing.delete("a");
    await clock.advance(1000);
    const health = monitor.health("owa", "cas1");
    assert.equal(health?.available, false);
    assert.equal(health?.since, downSince);
    assert.equal(health?.lastCheck?.ok, true);
    assert.equal(health?.lastFailure?.came, "503");
  });

  it("leaves no timer and no running check behind", async () => {
    members.slow.add("a");
    monitor.apply(one("a", {}, { members: [aMember("cas1", "a"), aMember("cas2", "b")] }));
    await clock.advance(0);
    monitor.close();
    members.answers[0]!(true);
    await clock.advance(60_000);
    assert.equal(clock.pending, 0);
    assert.equal(members.asked[0]?.signal.aborted, true);
    assert.deepEqual(changes, ["owa/cas2 up"]);
  });
});
