import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MemberNumbers } from "../farm/messages.ts";
import { Numbers } from "./numbers.ts";

function said(current: number, total: number, failed: number, responseTimeMs = 0): MemberNumbers[] {
  return [{ farm: "owa", server: "cas1", current, total, failed, responseTimeMs, held: 0, oldestMs: 0 }];
}

describe("Numbers", () => {
  it("knows nothing of a member that nobody reported", () => {
    assert.deepEqual(new Numbers().of("owa", "cas1"), {
      current: 0,
      total: 0,
      failed: 0,
      responseTimeMs: 0,
      held: 0,
      oldestMs: 0,
    });
  });

  it("takes a worker's totals once, however often it reports them", () => {
    const numbers = new Numbers();
    numbers.receive(1, said(1, 10, 2));
    numbers.receive(1, said(1, 10, 2));
    numbers.receive(1, said(3, 15, 2));
    assert.deepEqual(numbers.of("owa", "cas1"), {
      current: 3,
      total: 15,
      failed: 2,
      responseTimeMs: 0,
      held: 0,
      oldestMs: 0,
    });
  });

  it("sums over workers, and weighs response times by the requests carried", () => {
    const numbers = new Numbers();
    numbers.receive(1, said(1, 30, 1, 10));
    numbers.receive(2, said(2, 10, 1, 50));
    numbers.receive(3, said(1, 5, 0, 0));
    assert.deepEqual(numbers.of("owa", "cas1"), {
      current: 4,
      total: 45,
      failed: 2,
      responseTimeMs: 20,
      held: 0,
      oldestMs: 0,
    });
  });

  it("keeps what a worker did that ended, and not what it was doing", () => {
    const numbers = new Numbers();
    numbers.receive(1, said(5, 10, 1));
    numbers.workerGone(1);
    numbers.receive(2, said(1, 3, 0));
    const { current, total, failed } = numbers.of("owa", "cas1");
    assert.deepEqual({ current, total, failed }, { current: 1, total: 13, failed: 1 });
  });

  it("adds to what was done where a worker counts from zero again", () => {
    const numbers = new Numbers();
    numbers.receive(1, said(0, 10, 4));
    numbers.receive(1, said(0, 2, 1));
    const { total, failed } = numbers.of("owa", "cas1");
    assert.deepEqual({ total, failed }, { total: 12, failed: 5 });
  });

  it("forgets members that are gone", () => {
    const numbers = new Numbers();
    numbers.receive(1, said(1, 10, 1));
    numbers.keepOnly(new Set());
    assert.equal(numbers.of("owa", "cas1").total, 0);
  });
});
