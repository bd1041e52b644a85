import assert from "node:assert/strict";
import { it } from "node:test";
import { describeBalance } from "./balance.contract.ts";
import { createMember } from "./candidates.fixture.ts";
import { leastRequests } from "./least-requests.ts";
import { Simulation } from "./simulation.fixture.ts";

describeBalance("least-requests", () => leastRequests, "exact");

function assertAlways(expected: number, ...members: ReturnType<typeof createMember>[]): void {
  for (let request = 0; request < 6; request++) assert.equal(members.indexOf(leastRequests(members, "")), expected);
}

it("picks the member with the fewest requests in flight, wherever it stands", () =>
  assertAlways(1, createMember({ current: 2 }), createMember(), createMember({ current: 1 })));

it("counts what other workers have in flight", () =>
  assertAlways(1, createMember({ elsewhere: 3 }), createMember({ current: 2 })));

it("lets a heavy member have more in flight", () =>
  assertAlways(1, createMember({ current: 2 }), createMember({ current: 5, weight: 3 })));

it("fills members by their weights", () => {
  const members = [createMember({ weight: 3 }), createMember({ weight: 1 })];
  const load = { balance: leastRequests, members, perSecond: 1000, durationOf: () => 100 };
  const [heavy, light] = new Simulation(1).run(60_000, load);
  assert.ok(Math.abs(heavy! / (heavy! + light!) - 0.75) < 0.02, `${heavy} to ${light}`);
});

it("leaves a slow member what it can do", () => {
  const members = [createMember(), createMember()];
  const load = {
    balance: leastRequests,
    members,
    perSecond: 400,
    durationOf: (member: unknown) => (member === members[0] ? 400 : 40),
  };
  const [slow, fast] = new Simulation(1).run(60_000, load);
  assert.ok(slow! * 6 < fast!, `${slow} to ${fast}`);
});
