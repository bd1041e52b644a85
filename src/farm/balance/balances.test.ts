import assert from "node:assert/strict";
import { it } from "node:test";
import type { BalanceName } from "../../config/farm-config.ts";
import { createBalance } from "./balances.ts";
import { createMember } from "./candidates.fixture.ts";

/** Each would choose another one, or the same for another reason. */
const members = {
  idle: createMember({ latencyMs: 50, traffic: 900, seed: 1 }),
  fast: createMember({ latencyMs: 1, current: 3, traffic: 900, seed: 2 }),
  fresh: createMember({ latencyMs: 50, current: 3, traffic: 10, seed: 3 }),
};
const expected: readonly (readonly [BalanceName, keyof typeof members])[] = [
  ["least-requests", "idle"],
  ["least-response-time", "fast"],
  ["power-of-two", "idle"],
  ["total-traffic", "fresh"],
];

for (const [name, chosen] of expected) {
  it(`makes ${name}`, () => {
    const balance = createBalance({ name, key: null, bound: 0 }, { random: () => 0.1, monotonic: () => 0 });
    assert.equal(balance(Object.values(members), ""), members[chosen]);
  });
}

it("makes round-robin", () => {
  const balance = createBalance(
    { name: "round-robin", key: null, bound: 0 },
    { random: () => 0.5, monotonic: () => 0 },
  );
  const all = Object.values(members);
  assert.deepEqual(
    [1, 2, 3].map(() => balance(all, "")),
    all,
  );
});

it("makes hash, with its bound", () => {
  const context = { random: () => 0.5, monotonic: () => 0 };
  const pair = [createMember({ seed: 1 }), createMember({ seed: 2 })];
  const owner = createBalance({ name: "hash", key: null, bound: 0 }, context)(pair, "key");
  owner.current = 100;
  assert.equal(createBalance({ name: "hash", key: null, bound: 0 }, context)(pair, "key"), owner);
  assert.notEqual(createBalance({ name: "hash", key: null, bound: 0.5 }, context)(pair, "key"), owner);
});
