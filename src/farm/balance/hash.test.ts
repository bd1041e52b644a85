import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hash32 } from "../../util/hash32.ts";
import { inFlight, type Balance } from "./balance.ts";
import { describeBalance } from "./balance.contract.ts";
import { createMember, membersOf, type TestMember } from "./candidates.fixture.ts";
import { hash } from "./hash.ts";
import { leastRequests } from "./least-requests.ts";
import { rendezvousScore } from "./rendezvous-score.ts";
import { Simulation } from "./simulation.fixture.ts";

describeBalance("hash", () => hash({ bound: 0 }), "by chance");
describeBalance("hash with a bound", () => hash({ bound: 0.25 }), "by chance");

const keys = Array.from({ length: 20_000 }, (_, index) => `/owa/?mailbox=user${index}@example.com`);

/** For each key its member. */
function ownersOf(members: readonly TestMember[], balance: Balance = hash({ bound: 0 })): TestMember[] {
  return keys.map((key) => balance(members, key));
}

function limitOf(member: TestMember, members: readonly TestMember[], bound: number): number {
  const requests = members.reduce((sum, one) => sum + inFlight(one), 1);
  const weights = members.reduce((sum, { weight }) => sum + weight, 0);
  return Math.ceil(((1 + bound) * requests * member.weight) / weights + 1e-9);
}

describe("a key", () => {
  it("has the same member in every router, in whatever order the members stand", () => {
    const members = membersOf([1, 2, 3, 4]);
    assert.deepEqual(ownersOf(members), ownersOf(members.toReversed(), hash({ bound: 0 })));
  });

  for (const weights of [
    [1, 1, 1, 1, 1],
    [1, 2, 3, 4],
  ]) {
    it(`moves only if it belonged to a member that goes: ${weights.join(":")}`, () => {
      const members = membersOf(weights);
      const before = ownersOf(members);
      for (const gone of members) {
        const after = ownersOf(members.filter((member) => member !== gone));
        const moved = before.filter((owner, index) => owner !== after[index]);
        assert.ok(moved.every((owner) => owner === gone));
        const share = gone.weight / weights.reduce((sum, weight) => sum + weight, 0);
        assert.ok(moved.length / keys.length <= share + 0.02, `${moved.length}`);
      }
    });
  }

  it("moves only to a member whose weight grows", () => {
    const members = membersOf([1, 1, 1]);
    const growing = members[1]!;
    growing.weight = 0.1;
    let before = ownersOf(members);
    for (const weight of [0.25, 0.5, 0.75, 1, 3]) {
      growing.weight = weight;
      const after = ownersOf(members);
      const moved = after.filter((owner, index) => owner !== before[index]);
      assert.ok(moved.length > 0 && moved.every((owner) => owner === growing));
      before = after;
    }
  });

  it("that is missing goes by requests in flight", () => {
    const members = [createMember({ current: 2, seed: 1 }), createMember({ current: 1, seed: 2 })];
    assert.equal(hash({ bound: 0 })(members, ""), members[1]);
    assert.equal(leastRequests(members, ""), members[1]);
  });
});

describe("the bound", () => {
  const busy = fc.record({
    current: fc.nat(50),
    elsewhere: fc.nat(50),
    weight: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.double({ min: 0.01, max: 1000, noNaN: true })),
    seed: fc.nat(2 ** 32 - 1),
  });
  const state = fc.array(busy.map(createMember), { minLength: 1, maxLength: 8 });
  const bounds = fc.double({ min: 0.01, max: 3, noNaN: true });

  it("is never exceeded, and the best below it is chosen", () => {
    fc.assert(
      fc.property(state, bounds, fc.string({ minLength: 1 }), (members, bound, key) => {
        const chosen = hash({ bound })(members, key);
        const isWithin = (member: TestMember): boolean => inFlight(member) < limitOf(member, members, bound);
        assert.ok(isWithin(chosen));
        const score = (member: TestMember): number => rendezvousScore(member, hash32(key));
        const better = members.filter((member) => score(member) > score(chosen));
        for (const member of better) assert.ok(inFlight(member) + 1 >= limitOf(member, members, bound));
      }),
    );
  });

  it("holds while requests begin and end, even if all have one key", () => {
    const members = membersOf([1, 2, 3]);
    const simulation = new Simulation(1);
    const balance = hash({ bound: 0.25 });
    let spilled = 0;
    const onChosen = (member: TestMember): void => {
      assert.ok(member.current + 1 <= limitOf(member, members, 0.25));
      if (member !== balance(membersOf([1, 2, 3]), "one key")) spilled += 1;
    };
    simulation.run(20_000, {
      balance: (candidates) => balance(candidates, "one key"),
      members,
      perSecond: 200,
      durationOf: () => 200 * simulation.random(),
      onChosen,
    });
    assert.ok(spilled > 0);
  });

  it("of 0 is none", () => {
    const members = membersOf([1, 1]);
    const first = hash({ bound: 0 })(members, "a key");
    first.current = 1_000_000;
    assert.equal(hash({ bound: 0 })(members, "a key"), first);
    assert.notEqual(hash({ bound: 0.25 })(members, "a key"), first);
  });
});
