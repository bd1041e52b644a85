import { faults, type Fault } from "../../src/farm/faults.ts";
import { metricLayouts } from "../../src/farm/metric-layouts.ts";
import { controlMetrics } from "../../src/control/control-metrics.ts";
import type { Metric } from "../../src/observe/metric.ts";
import { logEvents } from "../../src/observe/log-events.ts";

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

export function errorsTable(): string {
  const rows = Object.entries<Fault>(faults).map(([code, { blame, status, retry, counts, text }]) => {
    const answer = status === 0 ? "none: the connection is closed" : String(status);
    return [`\`${code}\``, answer, blame, retry, counts ? "yes" : "no", text];
  });
  return table([["code", "status", "whose fault", "sent again", "counts against the member", "meaning"], ...rows]);
}

export function logEventsTable(): string {
  const rows = Object.entries(logEvents).map(([name, { level, fields, text }]) => {
    return [
      `\`${name}\``,
      level,
      Object.keys(fields)
        .map((field) => `\`${field}\``)
        .join(", "),
      text,
    ];
  });
  return table([["event", "level", "fields", "sentence"], ...rows]);
}

/** All that `/metrics` can say. */
export const allMetrics: readonly Metric[] = [...metricLayouts.flatMap(({ metrics }) => metrics), ...controlMetrics];

export function metricsTable(): string {
  const rows = allMetrics.map(({ name, type, help, labels }) => {
    return [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(", "), help];
  });
  return table([["metric", "type", "labels", "meaning"], ...rows]);
}
