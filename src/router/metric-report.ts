import type { Config } from "../config/config.ts";
import { listenPlaceText } from "../config/listen-place-text.ts";
import { farmMetrics } from "../farm/farm-metrics.ts";
import { memberMetrics } from "../farm/member-metrics.ts";
import type { MetricRow } from "../farm/messages.ts";
import type { ConnectedMember } from "../net/connected-member.ts";
import { listenerMetrics } from "../observe/listener-metrics.ts";
import type { MetricLayout } from "../observe/metric-layout.ts";
import type { Snapshot } from "./snapshot.ts";

/** All that this process counts for others: it collects what has changed, for of a thousand members most are quiet. */
export class MetricReport {
  /** Of requests that reach no farm. */
  readonly unrouted = farmMetrics.layout.newRow();
  readonly #listeners = new Map<string, Float64Array>();
  /** What was last said, by the row itself: one that is gone takes it along. */
  readonly #said = new WeakMap<Float64Array, Float64Array>();

  /** The row of a listener, over reloads the same one. */
  listener(name: string): Float64Array {
    const row = this.#listeners.get(name) ?? listenerMetrics.layout.newRow();
    this.#listeners.set(name, row);
    return row;
  }

  /** What a configuration takes away is forgotten. */
  configured({ listeners }: Config): void {
    const names = listeners.map((listener) => listenPlaceText(listener));
    for (const name of this.#listeners.keys()) if (!names.includes(name)) this.#listeners.delete(name);
  }

  /** What has changed since the last call. */
  changed({ farms }: Snapshot): MetricRow[] {
    const rows = this.#changed(farmMetrics.layout, [""], this.unrouted);
    for (const [name, row] of this.#listeners) rows.push(...this.#changed(listenerMetrics.layout, [name], row));
    for (const { config, counts, members, line } of farms.values()) {
      counts[farmMetrics.waiting] = line.length;
      rows.push(...this.#changed(farmMetrics.layout, [config.name], counts));
      for (const member of members) {
        measure(member);
        rows.push(...this.#changed(memberMetrics.layout, [config.name, member.config.server], member.counts));
      }
    }
    return rows;
  }

  #changed({ name }: MetricLayout, subject: readonly string[], row: Float64Array): MetricRow[] {
    const before = this.#said.get(row);
    if (before?.every((value, place) => value === row[place]) === true) return [];
    if (before === undefined) this.#said.set(row, row.slice());
    else before.set(row);
    return [{ layout: name, subject, values: [...row] }];
  }
}

/** Brings what is known anyhow into the row. */
function measure({ counts, current, idleConnections }: ConnectedMember): void {
  counts[memberMetrics.inProgress] = current;
  counts[memberMetrics.idle] = idleConnections;
}
