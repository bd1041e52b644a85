import assert from "node:assert/strict";
import { it } from "node:test";
import { systemClock } from "./clock.ts";

it("A timer of the machine that is longer than it can be does not ring at once", async () => {
  let rung = false;
  const timer = systemClock.after(2 ** 31, () => (rung = true));
  await new Promise<void>((resolve) => void setTimeout(resolve, 10));
  timer.cancel();
  assert.equal(rung, false);
});
