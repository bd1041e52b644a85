import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Ejection, type EjectionSignal, nextEjection, notEjected } from "./ejection.ts";

const limits = { fails: 2, withinMs: 1000, ejectMs: 10_000 };
const started = 1_000_000;

/** `f` failed, `k` failed where it has to be kept, `a` answered, `t` time; each after so many milliseconds. */
type Step = readonly [afterMs: number, kind: "f" | "k" | "a" | "t"];

function signalOf(kind: Step[1], now: number): EjectionSignal {
  if (kind === "a") return { type: "answered", now };
  if (kind === "t") return { type: "time", now };
  return { type: "failed", now, mayEject: kind === "f" };
}

function run(steps: readonly Step[], seen: (ejection: Ejection, now: number) => void = () => undefined): Ejection {
  let ejection = notEjected;
  let now = started;
  for (const [afterMs, kind] of steps) {
    now += afterMs;
    ejection = nextEjection(ejection, signalOf(kind, now), limits);
    seen(ejection, now);
  }
  return ejection;
}

/** Out for the first time, at the start. */
const out: readonly Step[] = [
  [0, "f"],
  [0, "f"],
];
const onTrial: readonly Step[] = [...out, [10_000, "t"]];
const back: readonly Step[] = [...onTrial, [0, "a"]];

const table: readonly [title: string, steps: readonly Step[], phase: Ejection["phase"], outMs: number | null][] = [
  ["one failure is not enough", [[0, "f"]], "none", null],
  ["enough within the time put it out", out, "out", 10_000],
  ["the last moment of the time counts", [...out.slice(1), [1000, "f"]], "out", 11_000],
  ["what is older does not count", [...out.slice(1), [1001, "f"]], "none", null],
  [
    "nobody is put out who has to be kept",
    [
      [0, "f"],
      [0, "k"],
    ],
    "none",
    null,
  ],
  [
    "what has to be kept is put out by the next failure that may",
    [
      [0, "k"],
      [0, "k"],
      [0, "f"],
    ],
    "out",
    10_000,
  ],
  ["time alone changes nothing about one that is not out", [[99_999, "t"]], "none", null],
  ["an answer changes nothing about one that is out", [...out, [0, "a"]], "out", 10_000],
  ["failures of what was sent before do not prolong it", [...out, [500, "f"], [500, "f"]], "out", 10_000],
  ["it stays out to the end", [...out, [9999, "t"]], "out", 10_000],
  ["then it is on trial", onTrial, "trial", null],
  ["an answer brings it back", back, "none", null],
  ["one failure of a trial is enough, for twice as long", [...onTrial, [0, "f"]], "out", 30_000],
  ["a trial of who has to be kept goes on", [...onTrial, [0, "k"]], "trial", null],
  ["soon after it is out for twice as long", [...back, [0, "f"], [0, "f"]], "out", 30_000],
  ["after long peace it is as if it had never been out", [...back, [100_001, "f"], [0, "f"]], "out", 120_001],
  ["failures before it was out are forgotten", [...back, [0, "f"]], "none", null],
];

describe("nextEjection", () => {
  for (const [title, steps, phase, outMs] of table) {
    it(title, () => {
      const ejection = run(steps);
      assert.equal(ejection.phase, phase);
      if (outMs !== null) assert.equal(ejection.until - started, outMs);
    });
  }

  it("doubles up to ten times the first time", () => {
    let ejection = run(out);
    const times: number[] = [];
    let now = started;
    for (let round = 0; round < 8; round++) {
      times.push((ejection.until - now) / limits.ejectMs);
      now = ejection.until;
      ejection = nextEjection(ejection, { type: "time", now }, limits);
      ejection = nextEjection(ejection, { type: "failed", now, mayEject: true }, limits);
    }
    assert.deepEqual(times, [1, 2, 4, 8, 10, 10, 10, 10]);
  });

  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.constantFrom<Step[1]>("f", "k", "a", "t")), {
    maxLength: 200,
  });

  it("is never out for more than ten times the time, whatever comes", () => {
    fc.assert(
      fc.property(steps, (history) => {
        run(history, ({ phase, until }, now) => {
          if (phase === "out") assert.ok(until - now <= 10 * limits.ejectMs);
        });
      }),
    );
  });

  it("puts out by a failure that may, and brings back by an answer alone", () => {
    fc.assert(
      fc.property(steps, (history) => {
        let before: Ejection["phase"] = "none";
        let at = 0;
        run(history, ({ phase }) => {
          const kind = history[at++]?.[1];
          if (phase === "out" && before !== "out") assert.equal(kind, "f");
          if (phase === "trial" && before !== "trial") assert.equal(kind, "t");
          if (phase === "none" && before !== "none") assert.equal(kind, "a");
          before = phase;
        });
      }),
    );
  });

  it("keeps no more failures than are enough, and none that are too old", () => {
    fc.assert(
      fc.property(steps, (history) => {
        run(history, ({ failures }, now) => {
          assert.ok(failures.length <= limits.fails);
          if (failures.at(-1) === now) assert.ok(failures.every((at) => now - at <= limits.withinMs));
        });
      }),
    );
  });
});
