import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { add, MetricLayout, observe } from "./metric-layout.ts";

function example() {
  const layout = new MetricLayout("farm", ["farm"]);
  return {
    layout,
    codes: layout.counters("fairlead_failures_total", "Failures.", [{ code: "a" }, { code: "b" }]),
    retries: layout.counter("fairlead_retries_total", "Retries."),
    open: layout.gauge("fairlead_open", "Open."),
    duration: layout.histogram("fairlead_duration_seconds", "Duration.", [0.1, 1]),
  };
}

const text = ({ layout }: ReturnType<typeof example>, row: Float64Array): string[] =>
  Array.from(layout.samples(row, ["owa"]), ([, { name, labels, detail, value }]) => {
    return `${name} ${Object.values({ ...labels, ...detail }).join(",")} ${value}`;
  });

describe("MetricLayout", () => {
  it("gives every number a place of its own", () => {
    const { layout, codes, retries, open, duration } = example();
    assert.deepEqual([codes, retries, open, duration.start, layout.newRow().length], [0, 2, 3, 4, 8]);
    assert.deepEqual([...layout.gauges], [open]);
  });

  it("shows counters with further labels once they have counted, all others from the start", () => {
    const one = example();
    const row = one.layout.newRow();
    add(row, one.codes + 1, 3);
    assert.deepEqual(text(one, row).slice(0, 3), [
      "fairlead_failures_total owa,b 3",
      "fairlead_retries_total owa 0",
      "fairlead_open owa 0",
    ]);
  });

  it("counts a measurement in the bucket of the first bound that it does not exceed, and shows buckets cumulated", () => {
    const one = example();
    const row = one.layout.newRow();
    for (const seconds of [0.05, 0.1, 0.5, 1, 7]) observe(row, one.duration, seconds);
    assert.deepEqual(text(one, row).slice(2), [
      "fairlead_duration_seconds_bucket owa,0.1 2",
      "fairlead_duration_seconds_bucket owa,1 4",
      "fairlead_duration_seconds_bucket owa,+Inf 5",
      "fairlead_duration_seconds_sum owa 8.65",
      "fairlead_duration_seconds_count owa 5",
    ]);
  });

  it("names the labels of each metric", () => {
    const { layout } = example();
    assert.deepEqual(
      layout.metrics.map(({ name, labels }) => [name, ...labels]),
      [
        ["fairlead_failures_total", "farm", "code"],
        ["fairlead_retries_total", "farm"],
        ["fairlead_open", "farm"],
        ["fairlead_duration_seconds", "farm"],
      ],
    );
  });
});
