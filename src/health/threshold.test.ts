import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type HealthSignal, createThreshold, nextThreshold } from "./threshold.ts";

const signalOf: Readonly<Record<string, HealthSignal>> = { p: "check-passed", f: "check-failed", l: "live-failed" };

/** `pfl` -> the availability after each signal: `+` in, `-` out. */
function trace(signals: string, fall: number, rise: number, availableBefore = false): string {
  let threshold = createThreshold(availableBefore);
  let seen = "";
  for (const signal of signals) {
    threshold = nextThreshold(threshold, signalOf[signal]!, { fall, rise });
    seen += threshold.available ? "+" : "-";
  }
  return seen;
}

const table: readonly [title: string, fall: number, rise: number, signals: string, expected: string][] = [
  ["the first check alone lets a member in", 3, 3, "p", "+"],
  ["the first check alone keeps a member out", 3, 3, "f", "-"],
  ["live traffic decides nothing before the first check", 2, 2, "llp", "--+"],
  ["a member is out after `fall` failures in a row", 2, 2, "pff", "++-"],
  ["a pass between failures begins the count again", 2, 2, "pfpfpf", "++++++"],
  ["a member is back after `rise` passes in a row", 2, 3, "pffppp", "++---+"],
  ["a failure between passes begins the count again", 2, 2, "pffpfppp", "++----++"],
  ["a live failure counts as one, and the check after it decides", 2, 2, "plf", "++-"],
  ["a check that passes refutes a live failure", 2, 2, "plpf", "++++"],
  ["live failures alone never take a member out", 2, 2, "plllll", "++++++"],
  ["live failures count up to the last but one", 3, 1, "pllf", "+++-"],
  ["with fall 1 a live failure leaves it all to the check", 1, 1, "pllf", "+++-"],
  ["one that is soon out again needs twice as many passes", 1, 1, "pfpfppfpppp", "+-+--+----+"],
  ["one that stayed up for long is as good as new", 1, 1, `pfp${"p".repeat(12)}fp`, `+-+${"+".repeat(12)}-+`],
  ["a live failure does not delay the return of a member", 2, 2, "pffplp", "++---+"],
];

describe("nextThreshold", () => {
  for (const [title, fall, rise, signals, expected] of table) {
    it(title, () => assert.equal(trace(signals, fall, rise), expected));
  }

  it("lets one that flaps back without delay where nobody else is left", () => {
    const limits = { fall: 1, rise: 1, dispensable: () => false };
    const signals = ["check-passed", "check-failed", "check-passed", "check-failed", "check-passed"] as const;
    const end = signals.reduce((threshold, signal) => nextThreshold(threshold, signal, limits), createThreshold(false));
    assert.deepEqual([end.available, end.flaps], [true, 1]);
  });

  it("leaves what was known before in force until the first check", () => {
    assert.equal(trace("llf", 3, 3, true), "++-");
    assert.equal(trace("p", 3, 3, true), "+");
  });

  const limits = { fall: fc.integer({ min: 1, max: 5 }), rise: fc.integer({ min: 1, max: 5 }) };
  const signals = fc.string({ unit: fc.constantFrom("p", "f", "l"), maxLength: 40 });

  it("never keeps a member out that passed four times `rise` checks in a row, whatever came before or between from live traffic", () => {
    fc.assert(
      fc.property(
        signals,
        fc.array(fc.nat(3), { minLength: 20, maxLength: 20 }),
        limits.fall,
        limits.rise,
        (history, live, fall, rise) => {
          const passes = live.slice(0, 4 * rise).map((count) => `${"l".repeat(count)}p`);
          return trace(history + passes.join(""), fall, rise).endsWith("+");
        },
      ),
    );
  });

  it("never keeps a member in that failed `fall` checks in a row", () => {
    fc.assert(
      fc.property(signals, limits.fall, limits.rise, (history, fall, rise) =>
        trace(history + "f".repeat(fall), fall, rise).endsWith("-"),
      ),
    );
  });

  it("takes a settled member out only with a failed check, and lets it in only with a passed one", () => {
    fc.assert(
      fc.property(signals, limits.fall, limits.rise, (history, fall, rise) => {
        const seen = `-${trace(history, fall, rise)}`;
        for (let at = 0; at < history.length; at += 1) {
          if (seen[at] === "+" && seen[at + 1] === "-") assert.equal(history[at], "f");
          if (seen[at] === "-" && seen[at + 1] === "+") assert.equal(history[at], "p");
        }
      }),
    );
  });
});
