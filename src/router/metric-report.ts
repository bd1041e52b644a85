import { farmMetrics } from "../farm/farm-metrics.ts";
import { memberMetrics } from "../farm/member-metrics.ts";
import type { MetricRow } from "../farm/messages.ts";
import type { ConnectedMember } from "../net/connected-member.ts";
import type { MetricLayout } from "../observe/metric-layout.ts";
import type { Snapshot } from "./snapshot.ts";

/** Collects what has changed since it did so last: of a thousand members most are quiet. */
export function createMetricReport(): (snapshot: Snapshot) => MetricRow[] {
  /** What was last said, by the row itself: one that is gone takes it along. */
  const said = new WeakMap<Float64Array, Float64Array>();
  const changed = ({ name }: MetricLayout, subject: readonly string[], row: Float64Array): MetricRow[] => {
    const before = said.get(row);
    if (before?.every((value, place) => value === row[place]) === true) return [];
    if (before === undefined) said.set(row, row.slice());
    else before.set(row);
    return [{ layout: name, subject, values: [...row] }];
  };
  return ({ farms }) =>
    [...farms.values()].flatMap((farm) => [
      ...changed(farmMetrics.layout, [farm.config.name], farm.counts),
      ...farm.members.flatMap((member) => {
        measure(member);
        return changed(memberMetrics.layout, [member.farm, member.config.server], member.counts);
      }),
    ]);
}

/** Brings what is known anyhow into the row. */
function measure({ counts, current, idleConnections }: ConnectedMember): void {
  counts[memberMetrics.inProgress] = current;
  counts[memberMetrics.idle] = idleConnections;
}
