import type { Metric } from "../observe/metric.ts";
import type { MetricLayout } from "../observe/metric-layout.ts";
import { type Fault, type FaultCode, faults } from "./faults.ts";

/** A counter for each error code; returns where a code's stands. */
export function faultPlaces(layout: MetricLayout, name: Metric["name"], help: string): (code: FaultCode) => number {
  const cells = Object.entries<Fault>(faults).map(([code, { blame }]) => ({ code, blame }));
  const start = layout.counters(name, help, cells);
  const places = new Map<string, number>(cells.map(({ code }, index) => [code, start + index]));
  return (code) => places.get(code) ?? start;
}
