import { monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";

/** What a process costs at the moment. */
export interface ProcessUsage {
  /** User and system, since its start. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** 99th percentile of the last 10 to 20 s. */
  readonly eventLoopDelaySeconds: number;
  /** Since 1970. */
  readonly startedSeconds: number;
}

export interface ProcessMeter {
  read(): ProcessUsage;
  close(): void;
}

const resolutionMs = 20;
const windowMs = 10_000;

/** Measures this process. `monotonic`: milliseconds that never jump. */
export function createProcessMeter(monotonic: () => number): ProcessMeter {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let earlier = 0;
  let windowEnd = monotonic() + windowMs;
  const startedSeconds = performance.timeOrigin / 1000;
  return {
    read() {
      // The histogram holds the whole interval between two ticks, not how late the second one was.
      const present = Math.max(delay.percentile(99) / 1e9 - resolutionMs / 1000, 0);
      const eventLoopDelaySeconds = Math.max(present, earlier);
      if (monotonic() >= windowEnd) {
        windowEnd = monotonic() + windowMs;
        earlier = present;
        delay.reset();
      }
      const { user, system } = process.cpuUsage();
      const { rss, heapUsed } = process.memoryUsage();
      return {
        cpuSeconds: (user + system) / 1e6,
        residentBytes: rss,
        heapBytes: heapUsed,
        eventLoopDelaySeconds,
        startedSeconds,
      };
    },
    close: () => void delay.disable(),
  };
}
