import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aFarm, aMember } from "../../test/support/configs.ts";
import { seededRandom } from "../../test/support/seeded-random.ts";
import type { BalanceName, FarmConfig } from "../config/farm-config.ts";
import { Farm } from "./farm.ts";
import { Member } from "./member.ts";

interface Parts {
  readonly count?: number;
  readonly maxRequests?: number;
  readonly farm?: Partial<FarmConfig>;
}

class Scene {
  now = 1_000_000;
  readonly members: Member[];
  readonly farm: Farm;

  constructor({ count = 3, maxRequests = 0, farm = {} }: Parts = {}) {
    this.members = Array.from({ length: count }, (_, index) => {
      const member = new Member("owa", { ...aMember(`cas${index + 1}`, `10.0.0.${index + 1}`), maxRequests });
      member.health = "up";
      return member;
    });
    const context = { random: seededRandom(7), monotonic: () => this.now };
    this.farm = new Farm(aFarm(farm), this.members, context);
  }

  member(number: number): Member {
    return this.members[number - 1]!;
  }

  set(
    number: number,
    change: Partial<Pick<Member, "health" | "state" | "fallback" | "warmUntil" | "current" | "elsewhere">>,
  ): this {
    Object.assign(this.member(number), change);
    this.farm.refresh();
    return this;
  }

  /** Who gets how many of so many requests; each is over before the next. */
  shares(requests: number): number[] {
    const counts = this.members.map(() => 0);
    for (let request = 0; request < requests; request++) {
      const chosen = this.farm.choose([]);
      if (chosen !== null) counts[this.members.indexOf(chosen)]!++;
    }
    return counts;
  }
}

describe("Farm.choose", () => {
  it("gives every available member, and nobody else", () => {
    const scene = new Scene({ count: 4 }).set(2, { health: "down" }).set(3, { state: "drain" });
    assert.deepEqual(scene.shares(10), [5, 0, 0, 5]);
  });

  it("gives nobody that was tried", () => {
    const scene = new Scene();
    const { farm, members } = scene;
    assert.equal(farm.choose([scene.member(1), scene.member(3)]), scene.member(2));
    assert.equal(farm.choose(members), null);
    assert.equal(new Scene().set(1, { health: "down" }).shares(4)[0], 0);
  });

  it("gives nobody that works on as many requests as it may, in all processes together", () => {
    const scene = new Scene({ maxRequests: 3 }).set(1, { current: 3 }).set(2, { current: 1, elsewhere: 2 });
    assert.deepEqual(scene.shares(5), [0, 0, 5]);
    scene.member(1).current = 2;
    assert.ok(scene.shares(4)[0]! > 0);
  });

  it("gives a member on trial one request at a time", () => {
    const scene = new Scene({ count: 2 }).set(1, { health: "trial" });
    assert.ok(scene.shares(4)[0]! > 0);
    scene.member(1).current = 1;
    assert.deepEqual(scene.shares(4), [0, 4]);
  });

  it("gives those that may be asked all the same only where nobody is available", () => {
    const scene = new Scene().set(1, { health: "down", fallback: true }).set(2, { fallback: true });
    assert.deepEqual(scene.shares(4), [0, 2, 2]);
    scene.set(2, { health: "down" }).set(3, { health: "down" });
    assert.deepEqual(scene.shares(4), [2, 2, 0]);
    scene.set(3, { health: "up" });
    assert.deepEqual(scene.shares(4), [0, 0, 4]);
  });

  it("gives nobody where nobody is left", () => {
    const scene = new Scene({ count: 1 }).set(1, { health: "down" });
    assert.equal(scene.farm.choose([]), null);
    assert.equal(scene.farm.isBusy([]), false);
  });
});

describe("Farm.isBusy", () => {
  it("says that somebody who could is full", () => {
    const scene = new Scene({ maxRequests: 1 });
    assert.equal(scene.farm.isBusy([]), false);
    for (const member of scene.members) member.current = 1;
    assert.equal(scene.farm.choose([]), null);
    assert.equal(scene.farm.isBusy([]), true);
    assert.equal(scene.farm.isBusy(scene.members), false);
  });

  it("does not count those that are down", () => {
    const scene = new Scene({ count: 2, maxRequests: 1 }).set(1, { current: 1, health: "down" });
    assert.equal(scene.farm.isBusy([scene.member(2)]), false);
  });

  it("counts one on trial that is busy", () => {
    assert.equal(new Scene({ count: 1 }).set(1, { health: "trial", current: 1 }).farm.isBusy([]), true);
  });
});

describe("Farm.hasOther", () => {
  it("says whether somebody else is free", () => {
    const scene = new Scene({ maxRequests: 1 }).set(3, { health: "down" });
    const { farm } = scene;
    const first = scene.member(1);
    assert.equal(farm.hasOther([], first), true);
    assert.equal(farm.hasOther([scene.member(2)], first), false);
    scene.member(2).current = 1;
    assert.equal(farm.hasOther([], first), false);
  });
});

describe("a member that has just come back", () => {
  const slowStartMs = 10_000;
  const requests = 4000;
  const balances: readonly BalanceName[] = ["round-robin", "least-requests", "power-of-two"];

  for (const name of balances) {
    it(`gets a tenth of its share at first, half of it after half of the time, then all (${name})`, () => {
      const scene = new Scene({ count: 4, farm: { slowStartMs, balance: { name, key: null, bound: 0 } } });
      const end = scene.now + slowStartMs;
      scene.set(1, { warmUntil: end });
      const part = (leftMs: number): number => {
        scene.now = end - leftMs;
        const [own = 0, ...others] = scene.shares(requests);
        return own / Math.max(...others);
      };
      const parts = [10_000, 9900, 5000, 2500, 0].map(part);
      const expected = [0.1, 0.1, 0.45, 0.72, 1];
      for (const [index, found] of parts.entries()) {
        assert.ok(Math.abs(found - expected[index]!) < 0.15, `${parts.join(" ")} instead of ${expected.join(" ")}`);
      }
    });
  }

  it("gets all where nobody else is left", () => {
    const scene = new Scene({ count: 2, farm: { slowStartMs } });
    scene.set(1, { warmUntil: scene.now + slowStartMs }).set(2, { health: "down" });
    assert.deepEqual(scene.shares(100), [100, 0]);
  });

  it("shares with the others that have", () => {
    const scene = new Scene({ count: 2, farm: { slowStartMs } });
    for (const number of [1, 2]) scene.set(number, { warmUntil: scene.now + slowStartMs });
    assert.ok(Math.min(...scene.shares(1000)) > 400);
  });
});
