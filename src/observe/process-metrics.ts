import { MetricLayout } from "./metric-layout.ts";

const layout = new MetricLayout("process", ["process"]);

/** What is known of a process: "control", which decides, or a worker by its number, which forwards. */
export const processMetrics = {
  layout,
  cpu: layout.counter("fairlead_process_cpu_seconds_total", "CPU time of the process, user and system."),
  resident: layout.gauge("fairlead_process_resident_memory_bytes", "Memory of the process in use (RSS)."),
  heap: layout.gauge(
    "fairlead_process_heap_bytes",
    "JavaScript objects of the process, those that wait to be freed too.",
  ),
  lag: layout.gauge(
    "fairlead_process_event_loop_delay_p99_seconds",
    "How late the process's timers ran, 99th percentile of the last 10 to 20 seconds.",
  ),
  started: layout.gauge("fairlead_process_start_time_seconds", "When the process was started, in seconds since 1970."),
  spansSent: layout.counter("fairlead_spans_sent_total", "Spans of traces that the collector took."),
  spansDropped: layout.counter(
    "fairlead_spans_dropped_total",
    "Spans that were dropped because the collector did not take them, or not fast enough.",
  ),
  logLinesDropped: layout.counter(
    "fairlead_log_lines_dropped_total",
    "Lines of the access log that were dropped because its destination took no more.",
  ),
};
