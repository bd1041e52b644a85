import type { ToControl } from "../farm/messages.ts";
import { processMetrics } from "../observe/process-metrics.ts";
import type { Clock } from "../util/clock.ts";
import { processCounts } from "./process-counts.ts";
import { createProcessMeter, type ProcessUsage } from "../util/process-usage.ts";

const everyMs = 1000;

/** Says at once and then every second what this process costs. */
export function startProcessReport(clock: Clock, send: (message: ToControl) => void): { close(): void } {
  const meter = createProcessMeter(() => clock.monotonic());
  const report = (): void => {
    note(meter.read());
    // The control side knows from which process it comes.
    send({ type: "metrics", rows: [{ layout: processMetrics.layout.name, subject: [], values: [...processCounts] }] });
  };
  const timer = clock.every(everyMs, report);
  report();
  return {
    close() {
      timer.cancel();
      meter.close();
    },
  };
}

function note(usage: ProcessUsage): void {
  processCounts[processMetrics.cpu] = usage.cpuSeconds;
  processCounts[processMetrics.resident] = usage.residentBytes;
  processCounts[processMetrics.heap] = usage.heapBytes;
  processCounts[processMetrics.lag] = usage.eventLoopDelaySeconds;
  processCounts[processMetrics.started] = usage.startedSeconds;
}
