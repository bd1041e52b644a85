import type { MetricRow, ToControl } from "../farm/messages.ts";
import { processMetrics } from "../observe/process-metrics.ts";
import type { Clock } from "../util/clock.ts";
import { createProcessMeter, type ProcessUsage } from "../util/process-usage.ts";

const everyMs = 1000;

/** Says at once and then every second what this process costs. */
export function startProcessReport(clock: Clock, send: (message: ToControl) => void): { close(): void } {
  const meter = createProcessMeter(() => clock.monotonic());
  const report = (): void => send({ type: "metrics", rows: [rowOf(meter.read())] });
  const timer = clock.every(everyMs, report);
  report();
  return {
    close() {
      timer.cancel();
      meter.close();
    },
  };
}

function rowOf({
  cpuSeconds,
  residentBytes,
  heapBytes,
  eventLoopDelaySeconds,
  startedSeconds,
}: ProcessUsage): MetricRow {
  const row = processMetrics.layout.newRow();
  row[processMetrics.cpu] = cpuSeconds;
  row[processMetrics.resident] = residentBytes;
  row[processMetrics.heap] = heapBytes;
  row[processMetrics.lag] = eventLoopDelaySeconds;
  row[processMetrics.started] = startedSeconds;
  // The control side knows from which process it comes.
  return { layout: processMetrics.layout.name, subject: [], values: [...row] };
}
