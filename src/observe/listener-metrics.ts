import { MetricLayout } from "./metric-layout.ts";

const layout = new MetricLayout("listener", ["listener"]);

const versions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

const handshakes = layout.counters(
  "fairlead_tls_handshakes_total",
  "TLS handshakes with clients that were completed: with a session resumed, or full.",
  versions.flatMap((version) => [
    { version, session: "full" },
    { version, session: "resumed" },
  ]),
);

/** Why connections are closed before anything is read from them, or before it is a request. */
const refusals = [
  "limit",
  "client-limit",
  "not-a-balancer",
  "proxy-header",
  "proxy-timeout",
  "no-file-handle",
] as const;

export type Refusal = (typeof refusals)[number];

const refused = layout.counters(
  "fairlead_client_connections_refused_total",
  "Connections of clients that were closed at once, by reason.",
  refusals.map((reason) => ({ reason })),
);

/** What is counted for a listener. */
export const listenerMetrics = {
  layout,
  accepted: layout.counter("fairlead_client_connections_accepted_total", "Connections of clients that were accepted."),
  open: layout.gauge("fairlead_client_connections", "Connections of clients that are open now."),
  handshakesFailed: layout.counter("fairlead_tls_handshakes_failed_total", "TLS handshakes with clients that failed."),
};

/** The place of a completed handshake's counter. `version`: OpenSSL's name; null = unknown. */
export function handshakePlace(version: string | null, resumed: boolean): number {
  const index = version === null ? -1 : versions.indexOf(version);
  return handshakes + 2 * (index === -1 ? versions.length - 1 : index) + (resumed ? 1 : 0);
}

/** The place of a refused connection's counter. */
export function refusalPlace(reason: Refusal): number {
  return refused + refusals.indexOf(reason);
}
