import assert from "node:assert/strict";
import { it } from "node:test";
import { describeBalance } from "./balance.contract.ts";
import { leastRequests } from "./least-requests.ts";

describeBalance("least-requests", leastRequests);

it("picks the member with the fewest requests in flight, wherever it stands", () => {
  const balance = leastRequests();
  const idle = { current: 0 };
  const candidates = [{ current: 2 }, idle, { current: 1 }];
  for (let request = 0; request < 6; request++) assert.equal(balance(candidates), idle);
});
