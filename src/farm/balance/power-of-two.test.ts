import assert from "node:assert/strict";
import { it } from "node:test";
import type { Balance } from "./balance.ts";
import { describeBalance } from "./balance.contract.ts";
import { createMember, membersOf } from "./candidates.fixture.ts";
import { powerOfTwo } from "./power-of-two.ts";
import { Simulation } from "./simulation.fixture.ts";

describeBalance("power-of-two", powerOfTwo, "by chance");

/** Of all members and of all times. */
function highestLoad(simulation: Simulation, balance: Balance): number {
  const members = membersOf(Array.from({ length: 30 }, () => 1));
  let highest = 0;
  simulation.run(20_000, {
    balance,
    members,
    perSecond: 1500,
    durationOf: () => -Math.log(1 - simulation.random()) * 100,
    onChosen: ({ current }) => (highest = Math.max(highest, current + 1)),
  });
  return highest;
}

it("keeps the busiest member far less busy than chance alone would", () => {
  const one = new Simulation(1);
  const byChance: Balance = (candidates) => candidates[Math.floor(one.random() * candidates.length)]!;
  const two = new Simulation(1);
  const [random, chosen] = [highestLoad(one, byChance), highestLoad(two, powerOfTwo(two))];
  assert.ok(chosen * 1.5 < random, `${chosen} to ${random}`);
});

it("draws two that differ, so of two members the less busy one always wins", () => {
  const simulation = new Simulation(1);
  const balance = powerOfTwo(simulation);
  const members = [createMember({ current: 4, weight: 5 }), createMember({ current: 1 })];
  for (let request = 0; request < 1000; request++) assert.equal(balance(members, ""), members[0]);
});

it("takes the first one drawn of equals", () => {
  const chances = [0.99, 0];
  const members = membersOf([1, 1, 1]);
  assert.equal(powerOfTwo({ random: () => chances.shift()! })(members, ""), members[2]);
});
