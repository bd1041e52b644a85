import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RetryBudget } from "./retry-budget.ts";

/** More than any of these tests may take. */
const plenty = 5000;

/** How many are granted in a row at this time. */
function granted(budget: RetryBudget, now: number): number {
  for (let count = 0; count < plenty; count++) if (!budget.take(now)) return count;
  return plenty;
}

function requests(budget: RetryBudget, count: number, now: number): void {
  for (let request = 0; request < count; request++) budget.request(now);
}

describe("RetryBudget", () => {
  it("always allows a hundred, without any request too", () => {
    assert.equal(granted(new RetryBudget(0.2), 0), 100);
  });

  it("allows its part of the requests beside these", () => {
    const budget = new RetryBudget(0.2);
    requests(budget, 1000, 0);
    assert.equal(granted(budget, 500), 300);
  });

  it("has no limit where there is none", () => {
    assert.equal(granted(new RetryBudget(0), 0), plenty);
  });

  it("goes by the requests of the last ten seconds", () => {
    const budget = new RetryBudget(0.5);
    requests(budget, 1000, 0);
    assert.equal(granted(budget, 9999), 600);
    const later = new RetryBudget(0.5);
    requests(later, 1000, 0);
    assert.equal(granted(later, 11_000), 100);
  });

  it("forgets what was sent again ten seconds ago, and not before", () => {
    const budget = new RetryBudget(0.2);
    assert.equal(granted(budget, 0), 100);
    assert.equal(granted(budget, 9000), 0);
    assert.equal(granted(budget, 11_000), 100);
  });

  it("counts up steadily where requests are spread over the time", () => {
    const budget = new RetryBudget(0.2);
    for (let now = 0; now < 60_000; now += 10) budget.request(now);
    const most = granted(budget, 60_000);
    assert.ok(most >= 100 + 0.2 * 900 && most <= 100 + 0.2 * 1000, String(most));
  });

  it("is not confused by a clock that began long ago, or by a long pause", () => {
    const budget = new RetryBudget(0.2);
    requests(budget, 1000, 1e9);
    assert.equal(granted(budget, 1e9), 300);
    assert.equal(granted(budget, 2e9), 100);
  });

  it("takes no harm from a request that began before another one was sent again", () => {
    const budget = new RetryBudget(0.2);
    budget.take(50_000);
    requests(budget, 1000, 1000);
    assert.equal(granted(budget, 50_000), 299);
  });
});
