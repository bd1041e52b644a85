import { type Labels, type Metric, noLabels, type Sample } from "./metric.ts";

interface Group {
  readonly metric: Metric;
  readonly start: number;
  /** The labels of each number, beside the row's own. */
  readonly cells: readonly Labels[];
  /** Upper bounds in ascending order; null: no histogram. */
  readonly bounds: readonly number[] | null;
}

/** Where a histogram's numbers stand in a row: one for each bound, one for what is above them, the sum. */
export interface HistogramPlace {
  readonly start: number;
  readonly bounds: readonly number[];
}

/**
 * The numbers that are counted for one subject (a farm, a member, a listener …), as places in a row of numbers: counting
 * is an addition, without a name, an object or a closure. All rows of a layout have the same places, in every process.
 */
export class MetricLayout {
  readonly name: string;
  /** Name the subject of a row. */
  readonly labels: readonly string[];
  /** Places of present values, which fall as well as rise. */
  readonly gauges = new Set<number>();
  readonly #groups: Group[] = [];
  #size = 0;

  constructor(name: string, labels: readonly string[]) {
    this.name = name;
    this.labels = labels;
  }

  get metrics(): readonly Metric[] {
    return this.#groups.map(({ metric }) => metric);
  }

  counter(name: Metric["name"], help: string): number {
    return this.#add({ name, type: "counter", help, labels: this.labels }, [noLabels]);
  }

  gauge(name: Metric["name"], help: string): number {
    const place = this.#add({ name, type: "gauge", help, labels: this.labels }, [noLabels]);
    this.gauges.add(place);
    return place;
  }

  /** A counter with further labels, whose values are all known: one place for each of `cells`, from the returned one on. */
  counters(name: Metric["name"], help: string, cells: readonly Labels[]): number {
    const labels = [...this.labels, ...Object.keys(cells[0] ?? {})];
    return this.#add({ name, type: "counter", help, labels }, cells);
  }

  histogram(name: Metric["name"], help: string, bounds: readonly number[]): HistogramPlace {
    const limits = [...bounds.map(String), "+Inf"];
    const cells = [...limits.map((le) => ({ le })), noLabels];
    const start = this.#add({ name, type: "histogram", help, labels: this.labels }, cells, bounds);
    return { start, bounds };
  }

  newRow(): Float64Array {
    return new Float64Array(this.#size);
  }

  /** What a row says. Counters with further labels appear once they have counted: most never do. */
  *samples(row: Float64Array, subject: readonly string[]): Generator<readonly [Metric, Sample]> {
    const own = Object.fromEntries(this.labels.map((label, index) => [label, subject[index] ?? ""]));
    for (const group of this.#groups) {
      const samples = group.bounds === null ? plainSamples(group, row, own) : histogramSamples(group, row, own);
      for (const sample of samples) yield [group.metric, sample];
    }
  }

  #add(metric: Metric, cells: readonly Labels[], bounds: readonly number[] | null = null): number {
    const start = this.#size;
    this.#groups.push({ metric, start, cells, bounds });
    this.#size += cells.length;
    return start;
  }
}

/** Counts one measurement. */
export function observe(row: Float64Array, { start, bounds }: HistogramPlace, value: number): void {
  const { length } = bounds;
  let bucket = 0;
  while (bucket < length && value > (bounds[bucket] ?? 0)) bucket++;
  add(row, start + bucket, 1);
  add(row, start + length + 1, value);
}

export function add(row: Float64Array, place: number, amount: number): void {
  row[place] = (row[place] ?? 0) + amount;
}

function* plainSamples(
  { metric: { name }, start, cells }: Group,
  row: Float64Array,
  labels: Labels,
): Generator<Sample> {
  for (const [index, detail] of cells.entries()) {
    const value = row[start + index] ?? 0;
    if (cells.length === 1 || value !== 0) yield { name, labels, detail, value };
  }
}

/** Buckets, then the sum; Prometheus wants each bucket to hold the smaller ones too. */
function* histogramSamples({ metric, start, cells }: Group, row: Float64Array, labels: Labels): Generator<Sample> {
  const { name } = metric;
  let count = 0;
  for (const [index, detail] of cells.slice(0, -1).entries()) {
    count += row[start + index] ?? 0;
    yield { name: `${name}_bucket`, labels, detail, value: count };
  }
  yield { name: `${name}_sum`, labels, detail: noLabels, value: row[start + cells.length - 1] ?? 0 };
  yield { name: `${name}_count`, labels, detail: noLabels, value: count };
}
