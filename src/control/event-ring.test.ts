import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { aNewEvent } from "../../test/support/router-event.ts";
import { EventRing } from "./event-ring.ts";
import type { RouterEvent } from "./router-event.ts";

function filled(events: number, capacity = 4): EventRing {
  const ring = new EventRing(new FakeClock(), capacity);
  for (let count = 0; count < events; count++) ring.add(aNewEvent);
  return ring;
}

const ids = (events: readonly RouterEvent[]): number[] => events.map(({ id }) => id);

describe("EventRing", () => {
  it("gives an event its number and time", async () => {
    const clock = new FakeClock();
    const ring = new EventRing(clock);
    assert.equal(ring.latest, 0);
    await clock.advance(1500);
    assert.deepEqual(ring.add(aNewEvent), { id: 1, at: "2026-01-01T00:00:01.500Z", ...aNewEvent });
    assert.equal(ring.add(aNewEvent).id, 2);
    assert.equal(ring.latest, 2);
  });

  for (const [events, since, limit, expected] of [
    [0, 0, 9, []],
    [3, 0, 9, [1, 2, 3]],
    [3, 2, 9, [3]],
    [3, 3, 9, []],
    [6, 0, 9, [3, 4, 5, 6]],
    [6, 2, 9, [3, 4, 5, 6]],
    [6, 4, 9, [5, 6]],
    [6, 3, 2, [5, 6]],
    [6, 7, 9, [3, 4, 5, 6]],
    [6, 7, 1, [6]],
  ] as const) {
    it(`that holds 4 of ${events} events gives ${expected.join(", ") || "none"} after ${since}, at most ${limit}`, () => {
      assert.deepEqual(ids(filled(events).since(since, limit)), expected);
    });
  }

  it("tells those who listen, until they end it, whatever one of them throws", () => {
    const ring = filled(1);
    const heard: string[] = [];
    ring.subscribe(() => {
      throw new Error("a fault");
    });
    const listener = ({ id }: RouterEvent): void => void heard.push(`one ${id}`);
    const end = ring.subscribe(listener);
    ring.subscribe(listener);
    ring.add(aNewEvent);
    end();
    end();
    ring.add(aNewEvent);
    assert.deepEqual(heard, ["one 2", "one 2", "one 3"]);
  });

  it("keeps no novel", () => {
    const { why } = filled(0).add({ ...aNewEvent, why: "x".repeat(100_000) });
    assert.equal(why, `${"x".repeat(2000)}…`);
  });

  it("names its run", async () => {
    const clock = new FakeClock();
    const before = new EventRing(clock).run;
    await clock.advance(1);
    assert.notEqual(new EventRing(clock).run, before);
    assert.match(before, /^[0-9a-z]+$/);
  });
});
