import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { anOperatorState } from "../../test/support/operator-state.ts";
import { EventRing } from "./event-ring.ts";
import type { EffectiveState, OperatorState } from "./operator-states.ts";
import { EmptiedWatch, tellState } from "./state-events.ts";

const scope = { server: "cas1", farm: null };
const until = "2026-01-01T00:10:00.000Z";

function why(before: OperatorState | null, after: OperatorState): string {
  const ring = new EventRing(new FakeClock());
  tellState(ring, { scope, before, after });
  return ring.since(0)[0]?.why ?? "";
}

describe("the event of a state", () => {
  it("says who has decided what, what it was and since when", () => {
    const ring = new EventRing(new FakeClock());
    const before = anOperatorState({ state: "unavailable", by: "bob", at: "2025-12-31T23:00:00.000Z" });
    tellState(ring, { scope: { server: "cas1", farm: "owa" }, before, after: anOperatorState() });
    const [event] = ring.since(0);
    const expected = { kind: "state", farm: "owa", server: "cas1", was: "unavailable", is: "drain", by: "ann" };
    assert.deepEqual({ ...event, ...expected }, event);
    assert.equal(event?.since, "2025-12-31T23:00:00.000Z");
  });

  for (const [what, before, after, expected] of [
    ["drain", null, anOperatorState({ note: "patches" }), "nothing new, clients that belong there stay: patches"],
    [
      "drain with a deadline",
      null,
      anOperatorState({ until }),
      `nothing new, clients that belong there stay until ${until}`,
    ],
    ["unavailable", null, anOperatorState({ state: "unavailable" }), "what runs may end"],
    ["now", null, anOperatorState({ state: "unavailable", cut: true }), "what runs is ended at once"],
    [
      "a deadline that has come",
      anOperatorState({ until }),
      anOperatorState({ state: "unavailable", until, cut: true }),
      "its deadline has come: what was left is ended",
    ],
    [
      "now, while a deadline was running",
      anOperatorState({ until }),
      anOperatorState({ state: "unavailable", cut: true, note: "hurry" }),
      "what runs is ended at once: hurry",
    ],
    ["available", anOperatorState(), anOperatorState({ state: "available" }), ""],
  ] as const) {
    it(`says what follows (${what})`, () => assert.equal(why(before, after), expected));
  }
});

describe("EmptiedWatch", () => {
  const place = { farm: "owa", server: "cas1" };
  const available: EffectiveState = { state: "available", cut: false, scope: "server", operator: null };
  const drain: EffectiveState = { ...available, state: "drain", operator: anOperatorState() };
  let ring: EventRing;
  let watch: EmptiedWatch;

  beforeEach(() => {
    ring = new EventRing(new FakeClock());
    watch = new EmptiedWatch(ring);
  });

  /** What is left, as the only worker says. */
  const look = (state: EffectiveState, held: number): void => watch.look(place, state, { held, worker: 0, workers: 1 });
  const told = (): string[] => ring.since(0).map(({ is, by, since }) => `${is} ${by} ${since}`);

  it("tells once that nothing is left, however often somebody comes for a moment", () => {
    for (const held of [3, 1, 0, 0, 1, 0, 2, 0]) look(drain, held);
    assert.deepEqual(told(), ["drain ann 2026-01-01T00:00:00.000Z"]);
  });

  it("says nothing of members that were not taken out", () => {
    for (const held of [1, 0]) look(available, held);
    assert.deepEqual(told(), []);
  });

  it("tells again where the member was back in between, or got another state", () => {
    look(drain, 0);
    look(available, 5);
    look(drain, 0);
    look({ ...drain, state: "unavailable" }, 0);
    assert.deepEqual(
      ring.since(0).map(({ is }) => is),
      ["drain", "drain", "unavailable"],
    );
  });

  it("names the configuration where no operator has said so", () => {
    look({ ...drain, operator: null }, 0);
    assert.deepEqual(told(), ["drain configuration null"]);
  });

  it("believes no sum in which a worker's number is from before", () => {
    watch.look(place, drain, { held: 0, worker: 1, workers: 2 });
    watch.look(place, drain, { held: 0, worker: 1, workers: 2 });
    assert.deepEqual(told(), []);
    watch.look(place, drain, { held: 1, worker: 2, workers: 2 });
    assert.deepEqual(told(), []);
    watch.look(place, drain, { held: 0, worker: 2, workers: 2 });
    assert.equal(told().length, 1);
  });
});
