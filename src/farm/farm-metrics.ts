import { MetricLayout } from "../observe/metric-layout.ts";
import { faultPlaces } from "./fault-places.ts";

/** From a fraction of a millisecond to the long polls of mail clients. */
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
const connectDurations = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const firstStatus = 100;
const statuses = [...Array.from({ length: 500 }, (_, index) => String(firstStatus + index)), "other"];

const layout = new MetricLayout("farm", ["farm"]);

const responses = layout.counters(
  "fairlead_responses_total",
  "Responses sent to clients, by status.",
  statuses.map((status) => ({ status })),
);

/** What is counted for a farm. The farm "" stands for requests that reached none. */
export const farmMetrics = {
  layout,
  failures: faultPlaces(
    layout,
    "fairlead_request_failures_total",
    "Requests that failed, by error code and whose fault it was.",
  ),
  retries: layout.counter("fairlead_retries_total", "Attempts beyond a request's first."),
  duration: layout.histogram(
    "fairlead_request_duration_seconds",
    "Time from a request's first byte to the end of its response. Tunnels are not measured.",
    durations,
  ),
  firstByte: layout.histogram(
    "fairlead_time_to_first_byte_seconds",
    "Time from a request sent to a member to the header of its response, of the request's last attempt.",
    durations,
  ),
  connect: layout.histogram(
    "fairlead_member_connect_duration_seconds",
    "Time to connect to a member, with TLS, for requests that waited for it.",
    connectDurations,
  ),
  queue: layout.histogram(
    "fairlead_queue_wait_seconds",
    "Time that requests waited for a member to be free, of those that had to.",
    connectDurations,
  ),
  waiting: layout.gauge("fairlead_queue_length", "Requests that wait for a member to be free now."),
  hedges: layout.counter("fairlead_hedges_total", "Second attempts made beside a first one that had no answer yet."),
  received: layout.counter(
    "fairlead_received_bytes_total",
    "Bytes of requests from clients, headers and bodies, counted when the request is over.",
  ),
  sent: layout.counter(
    "fairlead_sent_bytes_total",
    "Bytes of responses to clients, headers and bodies, counted when the request is over.",
  ),
  tunnels: layout.gauge("fairlead_tunnels", "Upgraded connections (WebSocket and others) that are open now."),
};

/** The place of a response's status. */
export function responsePlace(status: number): number {
  const index = status - firstStatus;
  return responses + (index >= 0 && index < statuses.length - 1 ? index : statuses.length - 1);
}
