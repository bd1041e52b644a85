import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Metric, MetricSamples, Sample } from "../observe/metric.ts";

const kinds = { counter: Counter, gauge: Gauge, histogram: Histogram };

export const expositionType = Registry.PROMETHEUS_CONTENT_TYPE;

/** The text that Prometheus reads (exposition format 0.0.4). */
export async function expositionText(samples: MetricSamples): Promise<string> {
  const registry = new Registry();
  for (const [metric, values] of byMetric(samples)) await register(registry, metric, values);
  return registry.metrics();
}

interface Value {
  readonly metricName: string;
  readonly labels: Sample["labels"];
  readonly sharedLabels: Sample["detail"];
  readonly value: number;
}

function byMetric(samples: MetricSamples): ReadonlyMap<Metric, readonly Value[]> {
  const groups = new Map<Metric, Value[]>();
  for (const [metric, { name: metricName, labels, detail, value }] of samples) {
    const values = groups.get(metric) ?? [];
    groups.set(metric, values);
    values.push({ metricName, labels, sharedLabels: detail, value });
  }
  return groups;
}

/** prom-client checks the names and writes the text; what it would count itself is counted elsewhere and handed over. */
async function register(registry: Registry, metric: Metric, values: readonly Value[]): Promise<void> {
  const { name, help, type, labels } = metric;
  const written = new kinds[type]({ name, help, labelNames: [...labels], registers: [registry] });
  const described = await written.get();
  const get = async (): Promise<object> => ({ ...described, values });
  Object.assign(written, { get, getForPromString: get });
}
