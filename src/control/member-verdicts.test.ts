import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { aConfig, aFailover, aFarm, aMember } from "../../test/support/configs.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { AdminState, FailoverConfig } from "../config/farm-config.ts";
import type { MemberVerdict } from "../farm/messages.ts";
import type { MemberHealth } from "../health/member-health.ts";
import { MemberVerdicts } from "./member-verdicts.ts";

const slowStartMs = 10_000;
const servers = ["cas1", "cas2", "cas3"] as const;
type Server = (typeof servers)[number];

const up: MemberHealth = {
  available: true,
  trial: false,
  known: true,
  since: 0,
  lastCheck: null,
  lastFailure: null,
  reason: null,
  by: "check",
};
const unknown: MemberHealth = { ...up, available: false, known: false };

function config(allDown: FailoverConfig["allDown"] = "refuse") {
  const members = servers.map((server) => aMember(server));
  const [first = aMember("cas1"), ...others] = members;
  return aConfig([aFarm({ members: [first, ...others], slowStartMs, failover: aFailover({ allDown }) })]);
}

const names = (all: readonly MemberVerdict[]): string => all.map(({ server }) => server).join();

describe("MemberVerdicts", () => {
  let clock: FakeClock;
  let health: Map<string, MemberHealth>;
  let states: Map<string, AdminState>;
  let verdicts: MemberVerdicts;

  beforeEach(() => {
    clock = new FakeClock();
    health = new Map(servers.map((server) => [server, up]));
    states = new Map();
    verdicts = new MemberVerdicts(clock, {
      health: (_farm, server) => health.get(server) ?? null,
      state: (_farm, server) => {
        const state = states.get(server) ?? "available";
        return { state, cut: false, scope: "server", operator: null };
      },
    });
    verdicts.configured(config());
  });

  const changed = (allDown?: FailoverConfig["allDown"]): MemberVerdict[] => verdicts.changed(config(allDown).farms);
  const fallbacks = (allDown: FailoverConfig["allDown"]): string =>
    names(changed(allDown).filter(({ fallback }) => fallback));
  const warm = (server: Server): number => changed().find((verdict) => verdict.server === server)?.warmMs ?? -1;
  const down = (agoMs = 0): MemberHealth => ({ ...up, available: false, since: clock.now() - agoMs });
  const set = (server: Server, one: MemberHealth): void => void health.set(server, one);

  it("tells every member once, then what changes only", () => {
    assert.equal(names(changed()), "cas1,cas2,cas3");
    assert.equal(names(changed()), "");
    states.set("cas2", "drain");
    assert.deepEqual(
      changed().map(({ server, state, health: word }) => `${server} ${state} ${word}`),
      ["cas2 drain up"],
    );
    set("cas3", down());
    assert.equal(names(changed()), "cas3");
    assert.equal(names(changed()), "");
  });

  it("tells every member again once a configuration was sent", () => {
    changed();
    verdicts.configured(config());
    assert.equal(names(changed()), "cas1,cas2,cas3");
  });

  it("tells a worker that has just started all, which the others need not hear", () => {
    changed();
    states.set("cas2", "drain");
    assert.equal(names(verdicts.all(config().farms)), "cas1,cas2,cas3");
    assert.equal(names(changed()), "cas2");
  });

  describe("for the slow start", () => {
    it("leaves out the first verdict of all, and a configuration that is loaded again", () => {
      set("cas1", unknown);
      assert.equal(warm("cas1"), 0);
      set("cas1", up);
      assert.equal(warm("cas1"), 0);
      verdicts.configured(config());
      assert.equal(warm("cas1"), 0);
    });

    it("begins when a member works again, and counts down", async () => {
      changed();
      set("cas1", down());
      assert.equal(warm("cas1"), 0);
      set("cas1", up);
      assert.equal(warm("cas1"), slowStartMs);
      await clock.advance(4000);
      assert.equal(names(changed()), "");
      assert.deepEqual(
        verdicts.all(config().farms).map(({ warmMs }) => warmMs),
        [slowStartMs - 4000, 0, 0],
      );
      await clock.advance(6000);
      assert.equal(verdicts.all(config().farms)[0]?.warmMs, 0);
    });

    it("begins when an operator gives a member back, also one that was out at the start", () => {
      states.set("cas1", "unavailable").set("cas2", "drain");
      changed();
      states.clear();
      assert.deepEqual(
        changed().map(({ server, warmMs }) => `${server} ${warmMs}`),
        [`cas1 ${slowStartMs}`, `cas2 ${slowStartMs}`],
      );
    });

    it("waits for the end of a trial", () => {
      changed();
      set("cas1", { ...up, trial: true });
      const [verdict] = changed();
      assert.deepEqual([verdict?.health, verdict?.warmMs], ["trial", 0]);
      set("cas1", up);
      assert.equal(warm("cas1"), slowStartMs);
    });
  });

  describe("for when nobody is available", () => {
    it("names nobody where that is to be refused", () => {
      for (const server of servers) set(server, down());
      assert.equal(fallbacks("refuse"), "");
    });

    it("names all of which something is known that nobody has taken out (panic)", () => {
      for (const server of servers) set(server, down());
      set("cas2", unknown);
      states.set("cas3", "drain");
      assert.equal(fallbacks("panic"), "cas1");
    });

    it("names those that stopped working last, together (last-known-good)", () => {
      set("cas1", down(60_000));
      set("cas2", down(9000));
      set("cas3", down(0));
      assert.equal(fallbacks("last-known-good"), "cas2,cas3");
    });

    it("does not count one that was taken out and is down since (last-known-good)", () => {
      set("cas1", down(60_000));
      set("cas2", down(60_000));
      set("cas3", down(0));
      states.set("cas3", "unavailable");
      assert.equal(fallbacks("last-known-good"), "cas1,cas2");
    });
  });
});
