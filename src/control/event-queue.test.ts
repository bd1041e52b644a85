import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anEvent } from "../../test/support/router-event.ts";
import { EventQueue } from "./event-queue.ts";

function filled(events: number, capacity: number): EventQueue {
  const queue = new EventQueue(capacity);
  for (let id = 1; id <= events; id++) queue.add(anEvent({ id }));
  return queue;
}

const ids = (queue: EventQueue): number[] => queue.batch(99).map(({ id }) => id);

describe("EventQueue", () => {
  it("drops the oldest of too many, and counts them", () => {
    const queue = filled(5, 3);
    assert.deepEqual([ids(queue), queue.dropped], [[3, 4, 5], 2]);
  });

  it("keeps a batch until it is delivered", () => {
    const queue = filled(5, 9);
    const batch = queue.batch(2);
    assert.equal(queue.length, 5);
    queue.delivered(batch, 0);
    assert.deepEqual([ids(queue), queue.dropped], [[3, 4, 5], 0]);
  });

  it("does not count as dropped what was delivered after all, nor what was told already", () => {
    const queue = filled(4, 3);
    const batch = queue.batch(2);
    const told = queue.dropped;
    for (const id of [5, 6, 7]) queue.add(anEvent({ id }));
    assert.equal(queue.dropped, 4);
    queue.delivered(batch, told);
    assert.deepEqual([ids(queue), queue.dropped], [[5, 6, 7], 1]);
  });

  it("counts what is given up, once", () => {
    const queue = filled(4, 3);
    const batch = queue.batch(2);
    queue.add(anEvent({ id: 5 }));
    queue.givenUp(batch);
    assert.deepEqual([ids(queue), queue.dropped], [[4, 5], 3]);
  });
});
