/** What Prometheus is told of a metric. Names and units follow its conventions: base units, `_total` on counters. */
export interface Metric {
  readonly name: `fairlead_${string}`;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
}

/** One value of a metric. `name` differs from the metric's for the parts of a histogram. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export type MetricSamples = Iterable<readonly [Metric, Sample]>;
