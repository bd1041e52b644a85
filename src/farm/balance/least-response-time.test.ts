import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeBalance } from "./balance.contract.ts";
import { createMember, membersOf, sharesOf, type TestMember } from "./candidates.fixture.ts";
import { leastResponseTime } from "./least-response-time.ts";
import { Simulation } from "./simulation.fixture.ts";

describeBalance("least-response-time", leastResponseTime, "exact");

/** Two members under an open-loop load, whose latencies can be changed on the way; gives the first one's share. */
class Pair {
  readonly members = membersOf([1, 1]);
  readonly latencies: [number, number];
  readonly #simulation: Simulation;
  readonly #balance;

  constructor(latencies: [number, number], seed: number) {
    this.latencies = latencies;
    this.#simulation = new Simulation(seed);
    this.#balance = leastResponseTime(this.#simulation);
  }

  shareOfFirst(forMs: number, perSecond: number): number {
    const durationOf = (member: TestMember): number =>
      this.latencies[member === this.members[0] ? 0 : 1] * (0.8 + 0.4 * this.#simulation.random());
    const load = { balance: this.#balance, members: this.members, perSecond, durationOf };
    const [first, second] = this.#simulation.run(forMs, load);
    return first! / (first! + second!);
  }
}

describe("two members, one of them ten times slower", () => {
  for (const perSecond of [20, 100, 400]) {
    it(`gives the slow one less than a tenth of its half within 5 s at ${perSecond} requests per second`, () => {
      for (let seed = 1; seed <= 10; seed++) {
        const share = new Pair([200, 20], seed).shareOfFirst(5000, perSecond);
        assert.ok(share < 0.05, `${share} with seed ${seed}`);
      }
    });

    it(`leaves it with as little for ever at ${perSecond} requests per second`, () => {
      const share = new Pair([200, 20], 1).shareOfFirst(300_000, perSecond);
      assert.ok(share < 0.05, `${share}`);
    });
  }

  it("tries it again, and gives it its half when it has become fast", () => {
    const pair = new Pair([200, 20], 1);
    pair.shareOfFirst(60_000, 100);
    pair.latencies[0] = 20;
    pair.shareOfFirst(30_000, 100);
    const share = pair.shareOfFirst(10_000, 100);
    assert.ok(Math.abs(share - 0.5) < 0.1, `${share}`);
  });

  it("turns from one that has become slow at once", () => {
    const pair = new Pair([20, 20], 1);
    assert.ok(Math.abs(pair.shareOfFirst(10_000, 100) - 0.5) < 0.1);
    pair.latencies[0] = 2000;
    const share = pair.shareOfFirst(5000, 100);
    assert.ok(share < 0.1, `${share}`);
  });
});

describe("a member without a latency", () => {
  it("is tried first, and is not flooded", () => {
    const members = [createMember({ latencyMs: 10, latencyAt: 0 }), createMember()];
    const balance = leastResponseTime({ monotonic: () => 0 });
    const chosen = Array.from({ length: 8 }, () => {
      const member = balance(members, "");
      member.current += 1;
      return members.indexOf(member);
    });
    assert.equal(chosen[0], 1);
    assert.equal(chosen.filter((index) => index === 1).length, 4);
  });

  it("is chosen by its requests in flight where no latency is known", () => {
    const members = [createMember({ current: 2 }), createMember({ current: 1 }), createMember({ current: 3 })];
    assert.equal(leastResponseTime({ monotonic: () => 0 })(members, ""), members[1]);
  });
});

it("takes latencies that differ by less than a quarter for alike", () => {
  const members = [createMember({ latencyMs: 10 }), createMember({ latencyMs: 12 }), createMember({ latencyMs: 13 })];
  assert.deepEqual(sharesOf(leastResponseTime({ monotonic: () => 0 }), members, 100), [0.5, 0.5, 0]);
});

it("tries one that was ten times slower after 24 s without news, even if nothing else is in flight", () => {
  for (const [now, share] of [
    [0, 0],
    [22_000, 0],
    [24_000, 0.5],
  ]) {
    const members = [createMember({ latencyMs: 10 }), createMember({ latencyMs: 100 })];
    assert.equal(sharesOf(leastResponseTime({ monotonic: () => now! }), members, 100)[1], share);
  }
});

it("fills members of the same latency by their weights", () => {
  const members = membersOf([3, 1]);
  const simulation = new Simulation(1);
  const load = { balance: leastResponseTime(simulation), members, perSecond: 4000, durationOf: () => 20 };
  const [heavy, light] = simulation.run(30_000, load);
  assert.ok(Math.abs(heavy! / (heavy! + light!) - 0.75) < 0.02, `${heavy} to ${light}`);
});
