import assert from "node:assert/strict";
import { it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { SharedConnections } from "./shared-connections.ts";

it("the connections of all workers are added up, and told of together", async () => {
  const clock = new FakeClock();
  const sent: unknown[] = [];
  const shared = new SharedConnections(clock, (message) => sent.push(message));
  shared.receive(1, 3);
  shared.receive(2, 4);
  shared.receive(1, 5);
  assert.deepEqual(sent, []);
  await clock.advance(50);
  assert.deepEqual(sent, [{ type: "connections", count: 9 }]);
  shared.workerGone(1);
  shared.workerGone(3);
  await clock.advance(50);
  assert.deepEqual(sent.slice(1), [{ type: "connections", count: 4 }]);
  shared.receive(2, 0);
  shared.close();
  assert.equal(clock.pending, 0);
});
