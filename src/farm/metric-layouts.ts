import type { MetricLayout } from "../observe/metric-layout.ts";
import { listenerMetrics } from "../observe/listener-metrics.ts";
import { processMetrics } from "../observe/process-metrics.ts";
import { farmMetrics } from "./farm-metrics.ts";
import { memberMetrics } from "./member-metrics.ts";

/** All that workers count. */
export const metricLayouts: readonly MetricLayout[] = [farmMetrics, memberMetrics, listenerMetrics, processMetrics].map(
  ({ layout }) => layout,
);
