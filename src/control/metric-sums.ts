import { processMetrics } from "../observe/process-metrics.ts";
import type { MetricRow } from "../farm/messages.ts";
import { metricLayouts } from "../farm/metric-layouts.ts";
import type { MetricSamples } from "../observe/metric.ts";
import { add, type MetricLayout } from "../observe/metric-layout.ts";

interface Subject {
  readonly labels: readonly string[];
  /** All growth so far; the places of present values are not used. */
  readonly done: Float64Array;
  /** What each worker said last. */
  readonly workers: Map<number, readonly number[]>;
}

/** A subject's name in a set; no label can hold a line break. */
export const subjectKey = (layout: string, labels: readonly string[]): string => [layout, ...labels].join("\n");

const layouts: ReadonlyMap<string, MetricLayout> = new Map(metricLayouts.map((layout) => [layout.name, layout]));

/**
 * What the workers have counted, summed. Counters never go back: a worker's growth is added, not its total, so that one
 * that ended leaves what it has done, and one that counts from zero again adds to it. Present values are those of the
 * workers that live.
 */
export class MetricSums {
  readonly #subjects = new Map<string, Subject & { readonly layout: MetricLayout }>();
  #known: ReadonlySet<string> = new Set();

  receive(worker: number, rows: readonly MetricRow[]): void {
    for (const { layout: name, subject: said, values } of rows) {
      const layout = layouts.get(name);
      const ofProcess = layout === processMetrics.layout;
      const labels = ofProcess ? [processName(worker)] : said;
      const key = subjectKey(name, labels);
      if (layout === undefined || !(ofProcess || this.#known.has(key))) continue;
      const subject = this.#subjects.get(key) ?? { layout, labels, done: layout.newRow(), workers: new Map() };
      this.#subjects.set(key, subject);
      addGrowth(layout, subject.done, values, subject.workers.get(worker));
      subject.workers.set(worker, values);
    }
  }

  /** It carries nothing any more; what it did stays counted. */
  workerGone(worker: number): void {
    for (const { workers } of this.#subjects.values()) workers.delete(worker);
    this.#subjects.delete(subjectKey(processMetrics.layout.name, [processName(worker)]));
  }

  /** From now on only these subjects are counted (and processes); the others are forgotten. */
  keepOnly(known: ReadonlySet<string>): void {
    this.#known = known;
    for (const [key, { layout }] of this.#subjects) {
      if (layout !== processMetrics.layout && !known.has(key)) this.#subjects.delete(key);
    }
  }

  *samples(): MetricSamples {
    for (const { layout, labels, done, workers } of this.#subjects.values()) {
      const row = done.slice();
      for (const place of layout.gauges) {
        for (const values of workers.values()) add(row, place, values[place] ?? 0);
      }
      yield* layout.samples(row, labels);
    }
  }
}

/** Processes are not summed: each has its own series. */
function processName(worker: number): string {
  return worker === 0 ? "control" : `worker ${worker}`;
}

/** A counter that has fallen was begun anew, and with it its whole row. */
function addGrowth(
  { gauges }: MetricLayout,
  done: Float64Array,
  values: readonly number[],
  before: readonly number[] = [],
): void {
  const anew = values.some((value, place) => value < (before[place] ?? 0) && !gauges.has(place));
  for (const [place, value] of values.entries()) {
    if (!gauges.has(place)) add(done, place, value - (anew ? 0 : (before[place] ?? 0)));
  }
}
