import assert from "node:assert/strict";
import { it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { Log } from "../observe/log.ts";
import { createRefusals } from "./refusals.ts";

it("refused connections are told of once in a while", async () => {
  const clock = new FakeClock();
  const told: unknown[] = [];
  const log: Log = (event, fields) => told.push([event, fields]);
  const refusals = createRefusals({ after: (delayMs, run) => clock.after(delayMs, run), log });
  for (const client of ["a", "b", "c"]) refusals.add("limit", client);
  refusals.add("not-a-balancer", "d");
  const reason = "as many are open as `limits.connections` and the process' file handles allow";
  const first = [
    ["listener.refused", { count: 1, client: "a", reason }],
    ["listener.refused", { count: 1, client: "d", reason: "not an address of `proxyProtocol`" }],
  ];
  assert.deepEqual(told, first);
  await clock.advance(10_000);
  assert.deepEqual(told, [...first, ["listener.refused", { count: 2, client: "c", reason }]]);
  await clock.advance(10_000);
  assert.equal(told.length, 3);
  // Nothing was refused for a while: the next one is told at once again.
  refusals.add("limit", "e");
  assert.equal(told.length, 4);
  refusals.close();
  assert.equal(clock.pending, 0);
});
