import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { aConfig, aFarm, aHealth, aLiveTraffic, aMember } from "../../test/support/configs.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { Config } from "../config/config.ts";
import type { AdminState } from "../config/farm-config.ts";
import type { MemberVerdict, ToWorker } from "../farm/messages.ts";
import { memberKey } from "../health/member-key.ts";
import { createControl, type Control } from "./control.ts";

const servers = ["s1", "s2", "s3"] as const;
const farms = ["checked", "ejecting", "unchecked"] as const;
const states = ["available", "drain", "unavailable"] as const;

/** Whatever may happen to members, as long as the router runs. */
type Act =
  | { readonly type: "check"; readonly server: string; readonly passes: boolean }
  | { readonly type: "failed" | "broken" | "silent" | "answered"; readonly farm: string; readonly server: string }
  | { readonly type: "state"; readonly farm: string | null; readonly server: string; readonly state: AdminState }
  | { readonly type: "reload"; readonly fall: number; readonly configured: AdminState }
  | { readonly type: "time"; readonly ms: number };

const server = fc.constantFrom(...servers);
const farm = fc.constantFrom(...farms);
const acts: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ type: fc.constant("check" as const), server, passes: fc.boolean() }),
  fc.record({ type: fc.constantFrom("failed", "broken", "silent", "answered"), farm, server }),
  fc.record({
    type: fc.constant("state" as const),
    farm: fc.option(farm),
    server,
    state: fc.constantFrom(...states),
  }),
  fc.record({
    type: fc.constant("reload" as const),
    fall: fc.integer({ min: 1, max: 3 }),
    configured: fc.constantFrom(...states),
  }),
  fc.record({ type: fc.constant("time" as const), ms: fc.constantFrom(100, 1000, 7000, 40_000) }),
);

/** `configured`: what the configuration says of s3 in the first farm. */
function configuration(fall: number, configured: AdminState): Config {
  const members = servers.map((name) => aMember(name, name));
  const [s1, s2, s3] = members;
  assert.ok(s1 && s2 && s3);
  const health = aHealth({ fall });
  return aConfig(
    [
      aFarm({ name: "checked", members: [s1, s2, { ...s3, state: configured }], health }),
      aFarm({ name: "ejecting", members: [s1, s2, s3], health, liveTraffic: aLiveTraffic({ action: "eject" }) }),
      aFarm({ name: "unchecked", members: [s1, s2, s3], health: null }),
    ],
    { servers: servers.map((name) => ({ name, protocol: "http", host: name, port: 80, state: "available" })) },
  );
}

class Setting {
  readonly clock = new FakeClock();
  readonly failing = new Set<string>();
  /** What the workers believe. */
  readonly believed = new Map<string, MemberVerdict>();
  readonly control: Control;
  #config = configuration(2, "available");

  constructor() {
    this.control = createControl({
      config: this.#config,
      clock: this.clock,
      random: () => 0.5,
      log: () => undefined,
      send: (message) => this.#hear(message),
      check: async ({ host }) => {
        const ok = !this.failing.has(host);
        return { ok, asked: "", came: "", status: ok ? 200 : 503, durationMs: 1, at: this.clock.now() };
      },
    });
  }

  async act(act: Act): Promise<void> {
    if (act.type === "time") await this.clock.advance(act.ms);
    else if (act.type === "check" && act.passes) this.failing.delete(act.server);
    else if (act.type === "check") this.failing.add(act.server);
    else if (act.type === "reload") this.control.apply((this.#config = configuration(act.fall, act.configured)));
    else if (act.type === "state") {
      const wish = {
        state: act.state,
        by: "test",
        note: "",
        deadlineMs: act.state === "drain" ? 5000 : null,
        cut: false,
      };
      this.control.setState({ farm: act.farm, server: act.server }, wish);
    } else this.#live(act);
  }

  #live({
    type,
    farm: name,
    server: on,
  }: Extract<Act, { readonly type: "failed" | "broken" | "silent" | "answered" }>): void {
    const place = { farm: name, server: on };
    if (type === "silent") this.control.receive({ type: "member-silent", ...place });
    else if (type === "answered") this.control.receive({ type: "member-answered", ...place });
    else {
      const code = type === "failed" ? "member-503" : "member-closed";
      for (let count = 0; count < 12; count++) this.control.receive({ type: "member-failed", ...place, code });
    }
  }

  #hear(message: ToWorker): void {
    if (message.type !== "members") return;
    for (const verdict of message.members) this.believed.set(memberKey(verdict.farm, verdict.server), verdict);
  }

  /** What the API shows and what the workers were told is the same, and no word of an operator is lost on the way. */
  check(): void {
    for (const { name, members } of this.control.farms()) {
      for (const { server: of, state, healthy, trial } of members) {
        const verdict = this.believed.get(memberKey(name, of));
        assert.ok(verdict, `nothing was said of ${name} on ${of}`);
        assert.equal(verdict.state, state, `the state of ${name} on ${of}`);
        const health = healthy === true ? (trial ? "trial" : "up") : "down";
        assert.equal(verdict.health, health, `the health of ${name} on ${of}`);
      }
    }
    for (const { name, state, members } of this.control.servers()) {
      if (state === "available") continue;
      for (const member of members) {
        assert.notEqual(this.believed.get(memberKey(member.farm, name))?.state, "available", `${name} was taken out`);
      }
    }
  }

  /** Live traffic alone never takes everybody. */
  someoneIsLeft(): void {
    const unchecked = this.control.farms().find(({ name }) => name === "unchecked");
    assert.ok(unchecked?.members.some(({ healthy }) => healthy === true));
  }

  /** All checks pass, operators want all, and whoever is on trial answers. */
  async peace(): Promise<void> {
    this.failing.clear();
    this.control.apply((this.#config = configuration(2, "available")));
    for (const name of servers) {
      await this.act({ type: "state", farm: null, server: name, state: "available" });
      for (const of of farms) await this.act({ type: "state", farm: of, server: name, state: "available" });
    }
    // Ten times the time out, and once more.
    for (let round = 0; round < 11; round++) {
      await this.clock.advance(31_000);
      for (const of of farms) for (const name of servers) await this.act({ type: "answered", farm: of, server: name });
    }
  }
}

it("no sequence of checks, live traffic, operators and reloads leaves a member available that was taken out, or out for ever", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { maxLength: 40 }), async (sequence) => {
      const setting = new Setting();
      try {
        await setting.clock.advance(0);
        for (const act of sequence) {
          await setting.act(act);
          setting.check();
          setting.someoneIsLeft();
        }
        await setting.peace();
        setting.check();
        for (const [key, { health, state, cut }] of setting.believed) {
          assert.deepEqual([key, health, state, cut], [key, "up", "available", false]);
        }
      } finally {
        setting.control.close();
      }
    }),
    { numRuns: 150 },
  );
});
