import assert from "node:assert/strict";
import { it } from "node:test";
import { describeBalance } from "./balance.contract.ts";
import { leastRequests } from "./least-requests.ts";

describeBalance("least-requests", leastRequests);

it("picks the member with the fewest requests in flight, wherever it stands", () => {
  const balance = leastRequests();
  const idle = { current: 0, elsewhere: 0 };
  const candidates = [{ current: 2, elsewhere: 0 }, idle, { current: 1, elsewhere: 0 }];
  for (let request = 0; request < 6; request++) assert.equal(balance(candidates), idle);
});

it("counts what other workers have in flight", () => {
  const balance = leastRequests();
  const idle = { current: 2, elsewhere: 0 };
  const candidates = [{ current: 0, elsewhere: 3 }, idle];
  for (let request = 0; request < 6; request++) assert.equal(balance(candidates), idle);
});
