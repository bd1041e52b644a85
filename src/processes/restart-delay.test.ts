import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { restartDelay } from "./restart-delay.ts";

/** Pauses before each death, and what is waited after it, in seconds. */
const cases: readonly (readonly [title: string, pauses: readonly number[], waits: readonly number[]])[] = [
  ["three within a minute are replaced at once", [0, 0, 0], [0, 0, 0]],
  [
    "more wait ever longer, but never more than 30 s",
    [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
    [0, 0, 0, 1, 2, 4, 8, 16, 30, 30],
  ],
  ["one every 25 s is replaced at once for ever", [25, 25, 25, 25, 25, 25], [0, 0, 0, 0, 0, 0]],
  ["what is a minute ago is forgotten", [0, 0, 0, 0, 60, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 1]],
  ["half of them forgotten", [0, 0, 30, 30, 0, 0], [0, 0, 0, 0, 0, 1]],
];

describe("the pause before a dead worker is replaced", () => {
  for (const [title, pauses, waits] of cases) {
    it(title, async () => {
      const clock = new FakeClock();
      const delay = restartDelay(clock);
      const got: number[] = [];
      for (const pause of pauses) {
        await clock.advance(pause * 1000);
        got.push(delay() / 1000);
      }
      assert.deepEqual(got, waits);
    });
  }

  it("stays at its longest however many die", () => {
    const delay = restartDelay(new FakeClock());
    for (let count = 0; count < 200; count++) delay();
    assert.equal(delay(), 30_000);
  });
});
