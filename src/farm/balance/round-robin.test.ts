import assert from "node:assert/strict";
import { it } from "node:test";
import { describeBalance } from "./balance.contract.ts";
import { membersOf } from "./candidates.fixture.ts";
import { roundRobin } from "./round-robin.ts";

describeBalance("round-robin", () => roundRobin, "exact");

function turns(weights: readonly number[], requests: number): string {
  const members = membersOf(weights);
  return Array.from({ length: requests }, () => "abc"[members.indexOf(roundRobin(members, ""))]).join(" ");
}

it("takes equals one after the other", () => assert.equal(turns([1, 1, 1], 7), "a b c a b c a"));

it("spreads the turns of a heavy member", () => assert.equal(turns([5, 1, 1], 8), "a a b a c a a a"));

it("owes a member that was away nothing for that time", () => {
  const members = membersOf([1, 1, 1]);
  const [returned, ...others] = members;
  for (let request = 0; request < 1000; request++) roundRobin(others, "");
  const next = Array.from({ length: 6 }, () => roundRobin(members, ""));
  assert.equal(next.filter((member) => member === returned).length, 2);
});
