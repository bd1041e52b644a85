import { MetricLayout } from "../observe/metric-layout.ts";
import { faultPlaces } from "./fault-places.ts";

const layout = new MetricLayout("member", ["farm", "server"]);

const responses = layout.counters("fairlead_member_responses_total", "A member's responses, by class of status.", [
  { status: "1xx" },
  { status: "2xx" },
  { status: "3xx" },
  { status: "4xx" },
  { status: "5xx" },
  { status: "other" },
]);

/** What is counted for a member. */
export const memberMetrics = {
  layout,
  requests: layout.counter("fairlead_member_requests_total", "Attempts to forward a request to the member."),
  failures: faultPlaces(
    layout,
    "fairlead_member_failures_total",
    "Failed attempts that count against the member, by error code.",
  ),
  inProgress: layout.gauge(
    "fairlead_member_requests_in_progress",
    "Requests and tunnels that the member works on now.",
  ),
  dialled: layout.counter("fairlead_member_connections_dialled_total", "Connections that were opened to the member."),
  reused: layout.counter(
    "fairlead_member_connections_reused_total",
    "Requests sent on a connection that had waited, idle.",
  ),
  open: layout.gauge("fairlead_member_connections_open", "Connections to the member that are open now, in use or not."),
  idle: layout.gauge(
    "fairlead_member_connections_idle",
    "Connections to the member that wait for any client's request.",
  ),
  pinned: layout.gauge(
    "fairlead_member_connections_pinned",
    "Connections to the member that belong to one client connection.",
  ),
};

/** The place of a response's status. */
export function memberResponsePlace(status: number): number {
  return responses + (status >= 100 && status < 600 ? Math.trunc(status / 100) - 1 : 5);
}
