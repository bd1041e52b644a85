import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { farmMetrics } from "../farm/farm-metrics.ts";
import { memberMetrics } from "../farm/member-metrics.ts";
import type { MetricRow } from "../farm/messages.ts";
import { add, observe } from "../observe/metric-layout.ts";
import { MetricSums, subjectKey } from "./metric-sums.ts";

/** What a worker says of owa on cas1. */
function said(requests: number, inProgress: number, server = "cas1"): MetricRow {
  const row = memberMetrics.layout.newRow();
  add(row, memberMetrics.requests, requests);
  add(row, memberMetrics.inProgress, inProgress);
  return { layout: "member", subject: ["owa", server], values: [...row] };
}

function saidOfFarm(...seconds: readonly number[]): MetricRow {
  const row = farmMetrics.layout.newRow();
  for (const each of seconds) observe(row, farmMetrics.duration, each);
  return { layout: "farm", subject: ["owa"], values: [...row] };
}

describe("MetricSums", () => {
  let sums: MetricSums;

  beforeEach(() => {
    sums = new MetricSums();
    sums.keepOnly(new Set([subjectKey("member", ["owa", "cas1"]), subjectKey("farm", ["owa"])]));
  });

  /** All values of a name. */
  const values = (name: string): number[] =>
    Array.from(sums.samples(), ([, sample]) => sample).flatMap((sample) =>
      sample.name === name ? [sample.value] : [],
    );
  const requests = (): number[] => values("fairlead_member_requests_total");
  const inProgress = (): number[] => values("fairlead_member_requests_in_progress");

  it("takes a worker's totals once, however often it says them, and sums over workers", () => {
    sums.receive(1, [said(10, 1)]);
    sums.receive(1, [said(10, 1)]);
    sums.receive(2, [said(5, 2)]);
    sums.receive(1, [said(12, 4)]);
    assert.deepEqual([requests(), inProgress()], [[17], [6]]);
  });

  it("keeps what a worker did that ended, and not what it was doing; a new one starts from zero", () => {
    sums.receive(1, [said(10, 3)]);
    sums.workerGone(1);
    assert.deepEqual([requests(), inProgress()], [[10], [0]]);
    sums.receive(2, [said(3, 1)]);
    sums.receive(2, [said(4, 1)]);
    assert.deepEqual([requests(), inProgress()], [[14], [1]]);
  });

  it("adds to what was done where a worker counts from zero again, and takes a falling present value for what it is", () => {
    sums.receive(1, [said(10, 3)]);
    sums.receive(1, [said(10, 0)]);
    assert.deepEqual([requests(), inProgress()], [[10], [0]]);
    sums.receive(1, [said(2, 1)]);
    assert.deepEqual([requests(), inProgress()], [[12], [1]]);
  });

  it("sums histograms bucket by bucket", () => {
    sums.receive(1, [saidOfFarm(0.02, 0.3)]);
    sums.receive(2, [saidOfFarm(0.02)]);
    sums.receive(1, [saidOfFarm(0.02, 0.3, 4)]);
    assert.deepEqual(values("fairlead_request_duration_seconds_count"), [4]);
    assert.deepEqual(values("fairlead_request_duration_seconds_sum"), [4.34]);
    assert.deepEqual(values("fairlead_request_duration_seconds_bucket").slice(3, 9), [0, 2, 2, 2, 2, 3]);
  });

  it("forgets what is no longer configured, and counts nothing of it", () => {
    sums.receive(1, [said(10, 3), said(7, 1, "cas2")]);
    assert.deepEqual(requests(), [10]);
    sums.keepOnly(new Set());
    sums.receive(1, [said(11, 3)]);
    assert.deepEqual(requests(), []);
  });

  it("begins anew where something is configured again", () => {
    const known = new Set([subjectKey("member", ["owa", "cas1"])]);
    sums.receive(1, [said(10, 3)]);
    sums.keepOnly(new Set());
    sums.keepOnly(known);
    sums.receive(1, [said(2, 0)]);
    assert.deepEqual(requests(), [2]);
  });

  it("ignores a layout that it does not know", () => {
    sums.receive(1, [{ layout: "other", subject: ["owa"], values: [1] }]);
    assert.deepEqual([...sums.samples()], []);
  });
});
