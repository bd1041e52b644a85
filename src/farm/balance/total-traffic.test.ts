import assert from "node:assert/strict";
import { it } from "node:test";
import { describeBalance } from "./balance.contract.ts";
import { createMember, membersOf } from "./candidates.fixture.ts";
import { Simulation } from "./simulation.fixture.ts";
import { totalTraffic } from "./total-traffic.ts";

describeBalance("total-traffic", () => totalTraffic, "exact");

it("picks the member with the fewest bytes for its weight", () => {
  const members = [createMember({ traffic: 100 }), createMember({ traffic: 250, weight: 3 })];
  assert.equal(totalTraffic(members, ""), members[1]);
});

it("evens out the bytes where answers differ in size", () => {
  const members = membersOf([2, 1]);
  const simulation = new Simulation(1);
  const onChosen = (member: { traffic: number }): void => {
    member.traffic += Math.floor(simulation.random() ** 8 * 1e6);
  };
  simulation.run(60_000, { balance: totalTraffic, members, perSecond: 100, durationOf: () => 20, onChosen });
  const share = members[0]!.traffic / (members[0]!.traffic + members[1]!.traffic);
  assert.ok(Math.abs(share - 2 / 3) < 0.02, `${share}`);
});
