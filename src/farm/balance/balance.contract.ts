import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../../test/support/seeded-random.ts";
import type { Balance, BalanceContext } from "./balance.ts";
import { answered, createMember, fairShares, membersOf, sharesOf, type TestMember } from "./candidates.fixture.ts";

/** "exact": equals get exactly equal shares in their turn; "by chance": nearly, in the long run. */
type Shares = "exact" | "by chance";

const tolerance = 0.02;

const anyMember = fc
  .record({
    current: fc.nat(20),
    elsewhere: fc.nat(20),
    weight: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double({ min: 1e-3, max: 1e3, noNaN: true })),
    latencyMs: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 60_000, noNaN: true })),
    latencyAt: fc.nat(100_000),
    traffic: fc.oneof(fc.constant(0), fc.nat(), fc.constant(2 ** 50)),
    seed: fc.nat(2 ** 32 - 1),
  })
  .map(createMember);

function assertNear(shares: readonly number[], expected: readonly number[], what: string): void {
  for (const [index, share] of shares.entries()) {
    const fair = expected[index]!;
    assert.ok(Math.abs(share - fair) <= tolerance, `${what}: member ${index} got ${share} instead of ${fair}`);
  }
}

/** Each request has ended when the next one comes. */
function sharesAtIdle(
  create: (context: BalanceContext) => Balance,
  members: readonly TestMember[],
  requests = 20_000,
): number[] {
  let now = 0;
  const balance = create({ random: seededRandom(1), monotonic: () => now });
  return sharesOf(
    (candidates, key) => {
      const member = balance(candidates, key);
      now += 10;
      answered(members[candidates.indexOf(member)]!, 10, now);
      now += 5;
      return member;
    },
    members,
    requests,
  );
}

/** What every balance promises. */
export function describeBalance(name: string, create: (context: BalanceContext) => Balance, shares: Shares): void {
  const createSeeded = (): Balance => create({ random: seededRandom(1), monotonic: () => 100_000 });

  describe(`${name} keeps the contract of a balance`, () => {
    it("always picks one of the candidates, whatever they are and however their number changes", () => {
      const rounds = fc.array(fc.tuple(fc.array(anyMember, { minLength: 1, maxLength: 6 }), fc.string()), {
        minLength: 1,
        maxLength: 40,
      });
      fc.assert(
        fc.property(rounds, (all) => {
          const balance = createSeeded();
          for (const [candidates, key] of all) assert.ok(candidates.includes(balance(candidates, key)));
        }),
      );
    });

    it("picks one of those that are there while members come and go", () => {
      const visits = fc.array(fc.tuple(fc.nat(62), fc.string()), { minLength: 1, maxLength: 200 });
      fc.assert(
        fc.property(fc.array(anyMember, { minLength: 6, maxLength: 6 }), visits, (members, all) => {
          const balance = createSeeded();
          for (const [bits, key] of all) {
            const present = members.filter((_member, index) => ((bits + 1) >> index) % 2 === 1);
            const member = balance(present, key);
            assert.ok(present.includes(member));
            member.current += 1;
            assert.ok(members.every(({ credit }) => Number.isFinite(credit)));
          }
        }),
      );
    });

    it("gives equally busy members equal shares", () => {
      const members = membersOf([1, 1, 1]);
      for (const member of members) Object.assign(member, { current: 1, latencyMs: 10, traffic: 5 });
      const third = [1 / 3, 1 / 3, 1 / 3];
      if (shares === "exact") assert.deepEqual(sharesOf(createSeeded(), members, 300), third);
      else assertNear(sharesOf(createSeeded(), members, 20_000), third, "equals");
    });

    for (const weights of [[1], [1, 1, 1, 1], [3, 1], [5, 1, 1], [1, 2, 3, 4], [100, 250], [0.05, 1, 1], [1000, 1]]) {
      it(`gives idle members shares by weight: ${weights.join(":")}`, () => {
        const members = membersOf(weights);
        assertNear(sharesAtIdle(create, members), fairShares(members), weights.join(":"));
      });
    }

    it("leaves even a thousandth of the weight its share", () => {
      const [, small] = sharesAtIdle(create, membersOf([1000, 1]));
      assert.ok(small! > 0.0005 && small! < 0.002, `${small}`);
    });

    it("refuses to choose among none", () => assert.throws(() => createSeeded()([], "key"), RangeError));
  });
}
