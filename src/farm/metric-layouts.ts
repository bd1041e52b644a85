import type { MetricLayout } from "../observe/metric-layout.ts";
import { farmMetrics } from "./farm-metrics.ts";
import { memberMetrics } from "./member-metrics.ts";

/** All that workers count. */
export const metricLayouts: readonly MetricLayout[] = [farmMetrics.layout, memberMetrics.layout];
