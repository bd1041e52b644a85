/** What Prometheus is told of a metric. Names and units follow its conventions: base units, `_total` on counters. */
export interface Metric {
  readonly name: `fairlead_${string}`;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

export const noLabels: Labels = {};

/** One value of a metric. `name` differs from the metric's for the parts of a histogram. */
export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  /** Further labels; the same object each time, so that its text is made once. */
  readonly detail: Labels;
  readonly value: number;
}

export type MetricSamples = Iterable<readonly [Metric, Sample]>;
