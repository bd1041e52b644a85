import assert from "node:assert/strict";
import { it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { dateLine } from "./http-date.ts";

it("a Date line follows the clock second by second", async () => {
  const clock = new FakeClock(Date.UTC(1994, 10, 6, 8, 49, 37));
  const line = dateLine(clock);
  assert.equal(line(), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  await clock.advance(999);
  assert.equal(line(), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  await clock.advance(1);
  assert.equal(line(), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
});
