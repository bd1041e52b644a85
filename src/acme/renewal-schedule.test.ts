import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renewalTime, retryDelay } from "./renewal-schedule.ts";

const day = 86_400_000;
const minute = 60_000;
const half = (): number => 0.5;

describe("renewal", () => {
  const lives: readonly (readonly [number, number, number])[] = [
    // Life, draw, day of renewal.
    [90, 0, 60],
    [90, 0.5, 61.5],
    [90, 1, 63],
    [6, 0, 4],
    [6, 1, 4.2],
    [365, 0.5, 249.4166667],
  ];
  for (const [life, draw, at] of lives) {
    it(`of ${life} days comes on day ${at}, at a draw of ${draw}`, () => {
      const notBefore = Date.UTC(2030, 0);
      const time = renewalTime({ notBefore, notAfter: notBefore + life * day }, () => draw);
      assert.ok(Math.abs(time - notBefore - at * day) < 1000);
    });
  }
});

describe("after a failure", () => {
  const delays: readonly (readonly [number, number])[] = [
    [1, 2],
    [2, 4],
    [3, 8],
    [6, 64],
    [10, 1024],
    [11, 1440],
    [1000, 1440],
  ];
  for (const [count, minutes] of delays) {
    it(`number ${count} the next try comes ${minutes} minutes later`, () =>
      assert.equal(Math.round(retryDelay({ count, type: "", retryAfterMs: 0 }, half) / minute), minutes));
  }

  it("it comes a little earlier or later by chance", () => {
    for (const [draw, minutes] of [
      [0, "1.80"],
      [0.999, "2.20"],
    ] as const) {
      const delay = retryDelay({ count: 1, type: "", retryAfterMs: 0 }, () => draw);
      assert.equal((delay / minute).toFixed(2), minutes);
    }
  });

  it("it comes as late as the authority asks for, within a week", () => {
    for (const [asked, delay] of [
      [30_000, 2 * minute],
      [3 * day, 3 * day],
      [300 * day, 7 * day],
    ] as const) {
      assert.equal(retryDelay({ count: 1, type: "", retryAfterMs: asked }, half), delay);
    }
  });

  it("it comes an hour later at the earliest where there were too many", () =>
    assert.equal(retryDelay({ count: 1, type: "rateLimited", retryAfterMs: 0 }, half), 60 * minute));
});
