import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nextLatency } from "./peak-latency.ts";

/** After answers of `sampleMs`, a hundred a second, for `forMs`. */
function after(before: number, forMs: number, sampleMs: number): number {
  let latency = before;
  for (let time = 0; time < forMs; time += 10) latency = nextLatency(latency, 10, sampleMs);
  return latency;
}

describe("the next latency", () => {
  it("is the first sample", () => assert.equal(nextLatency(0, 123, 20), 20));

  it("is a higher sample at once", () => assert.equal(nextLatency(20, 0, 300), 300));

  it("is never 0, which is none", () => assert.ok(nextLatency(0, 0, 0) > 0 && nextLatency(5, 1e9, 0) > 0));

  it("goes to a lower sample by the time that has passed, in however many samples", () => {
    assert.equal(nextLatency(1000, 0, 10), 1000);
    const once = nextLatency(1000, 10_000, 10);
    assert.ok(Math.abs(once - 10 * 100 ** Math.exp(-1)) < 1e-9);
    assert.ok(Math.abs(after(1000, 10_000, 10) - once) < 1e-6);
  });

  it("lies between the one before and the sample", () => {
    const latencies = fc.double({ min: 0.001, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(latencies, fc.nat(1e6), latencies, (before, since, sample) => {
        const next = nextLatency(before, since, sample);
        assert.ok(next >= sample * (1 - 1e-12) && next <= Math.max(before, sample) * (1 + 1e-12));
      }),
    );
  });
});

describe("a member that was slow", () => {
  it("is near its new latency after 10 s of traffic if that was 20 s ago", () => {
    const first = nextLatency(1000, 20_000, 10);
    assert.ok(first < 20, `${first}`);
    const then = after(first, 10_000, 10);
    assert.ok(then < 13, `${then}`);
  });

  it("is forgiven a pause of a second in 20 s", () => {
    const latency = after(1000, 20_000, 10);
    assert.ok(latency > 10 && latency < 20, `${latency}`);
  });
});
