export type LogLevel = "debug" | "info" | "warn" | "error";

type FieldType = "text" | "number";

interface LogEventShape {
  readonly level: LogLevel;
  /** All that may be logged with it. There is no field for a header, a cookie or a configuration: none can get in. */
  readonly fields: Readonly<Record<string, FieldType>>;
  /** The sentence for people; `{field}` is replaced. */
  readonly text: string;
}

/** Every event there is, named `part.event`. */
export const logEvents = {
  "config.loaded": {
    level: "info",
    fields: { file: "text", servers: "number", farms: "number", routes: "number" },
    text: "{file}: {servers} servers, {farms} farms, {routes} routes",
  },
  "config.reloaded": {
    level: "info",
    fields: { file: "text", by: "text", changes: "number", summary: "text" },
    text: "{file} is in force ({by}): {summary}",
  },
  "config.refused": {
    level: "error",
    fields: { file: "text", problems: "number", problem: "text" },
    text: "{file} is refused, the old configuration serves on: {problem}",
  },
  "rules.body-unchanged": {
    level: "warn",
    fields: { problem: "text", detail: "text" },
    text: "outbound rules leave bodies as they are: {problem} ({detail})",
  },
  "listener.bound": {
    level: "info",
    fields: { place: "text", address: "text", port: "number", protocol: "text" },
    text: "listening on {protocol}://{place}",
  },
  "listener.failed": {
    level: "error",
    fields: { address: "text", port: "number", problem: "text" },
    text: "cannot listen on {address}:{port}: {problem}",
  },
  "listener.refused": {
    level: "warn",
    fields: { count: "number", client: "text", reason: "text" },
    text: "connections refused: {count}, the last one of {client}: {reason}",
  },
  "listener.tls-failed": {
    level: "debug",
    fields: { client: "text", problem: "text" },
    text: "no TLS with {client}: {problem}",
  },
  "certificate.expires-soon": {
    level: "warn",
    fields: { file: "text", names: "text", until: "text", days: "number" },
    text: "the certificate {file} for {names} expires in {days} days, on {until}",
  },
  "certificate.expired": {
    level: "error",
    fields: { file: "text", names: "text", until: "text" },
    text: "the certificate {file} for {names} EXPIRED on {until}",
  },
  "certificate.status-known": {
    level: "debug",
    fields: { file: "text", until: "text" },
    text: "the certificate {file} was not revoked, says its OCSP response that is valid until {until}",
  },
  "certificate.status-unknown": {
    level: "warn",
    fields: { file: "text", url: "text", problem: "text" },
    text: "no OCSP response for the certificate {file} from {url}, nothing is stapled: {problem}",
  },
  "certificate.staple-missing": {
    level: "error",
    fields: { file: "text", url: "text", problem: "text" },
    text: "the certificate {file} demands a stapled OCSP response and has none from {url}, clients will REFUSE it: {problem}",
  },
  "certificate.revoked": {
    level: "error",
    fields: { file: "text", names: "text", url: "text" },
    text: "the certificate {file} for {names} was REVOKED, says {url}",
  },
  "admin.bound": {
    level: "info",
    fields: { url: "text" },
    text: "dashboard and admin API on {url}",
  },
  "metrics.bound": {
    level: "info",
    fields: { url: "text" },
    text: "metrics for Prometheus on {url}",
  },
  "tracing.failed": {
    level: "warn",
    fields: { problem: "text" },
    text: "traces do not reach the collector: {problem}",
  },
  "tracing.works-again": {
    level: "info",
    fields: {},
    text: "traces reach the collector again",
  },
  "events.webhook-failed": {
    level: "warn",
    fields: { host: "text", problem: "text", next: "text" },
    text: "events do not reach the webhook at {host}: {problem}; {next}",
  },
  "events.webhook-recovered": {
    level: "info",
    fields: { host: "text" },
    text: "events reach the webhook at {host} again",
  },
  "admin.failed": {
    level: "error",
    fields: { problem: "text" },
    text: "the admin API failed: {problem}",
  },
  "acme.account": {
    level: "info",
    fields: { directory: "text", url: "text" },
    text: "account {url} registered at {directory}",
  },
  "acme.ordering": {
    level: "info",
    fields: { names: "text", directory: "text", challenge: "text" },
    text: "asking {directory} for a certificate for {names}, by {challenge}",
  },
  "acme.issued": {
    level: "info",
    fields: { names: "text", file: "text", until: "text" },
    text: "certificate for {names}, valid until {until}, kept in {file}",
  },
  "acme.failed": {
    level: "error",
    fields: { names: "text", problem: "text", next: "text" },
    text: "getting a certificate for {names} failed: {problem} (next try at {next})",
  },
  "health.member-up": {
    level: "info",
    fields: { farm: "text", server: "text", asked: "text", came: "text" },
    text: "{farm} on {server} is up",
  },
  "health.member-down": {
    level: "warn",
    fields: { farm: "text", server: "text", asked: "text", came: "text" },
    text: "{farm} on {server} is DOWN: {came} ({asked})",
  },
  "health.silence": {
    level: "debug",
    fields: { farm: "text", server: "text" },
    text: "requests to {farm} on {server} wait and nothing comes: it is checked",
  },
  "states.changed": {
    level: "info",
    fields: { what: "text", state: "text", by: "text", note: "text" },
    text: "{what} is {state} now, by {by} {note}",
  },
  "states.unreadable": {
    level: "error",
    fields: { file: "text", problem: "text", aside: "text" },
    text: "the states of servers in {file} can't be read, ALL ARE TAKEN AS AVAILABLE (the file is kept as {aside}): {problem}",
  },
  "states.key-not-kept": {
    level: "warn",
    fields: { file: "text", problem: "text" },
    text: "the key of affinity cookies can't be kept in {file}: clients lose their server at the next start: {problem}",
  },
  "states.not-kept": {
    level: "error",
    fields: { problem: "text" },
    text: "the states of servers can't be written and will be forgotten at the next start: {problem}",
  },
  "health.live-failure": {
    level: "debug",
    fields: { farm: "text", server: "text", code: "text" },
    text: "a request to {farm} on {server} failed: {code}",
  },
  "logs.lines-lost": {
    level: "warn",
    fields: { file: "text", lines: "number", problem: "text" },
    text: "{lines} lines of the access log {file} are lost: {problem}",
  },
  "logs.file-failed": {
    level: "error",
    fields: { file: "text", problem: "text" },
    text: "the log file {file} cannot be written or begun anew: {problem}",
  },
  "router.failed": {
    level: "error",
    fields: { problem: "text", stack: "text" },
    text: "a fault of the router itself: {problem}",
  },
  "router.started": {
    level: "info",
    fields: { version: "text", file: "text" },
    text: "fairlead {version} runs {file}",
  },
  "worker.started": {
    level: "info",
    fields: { worker: "number", pid: "number" },
    text: "worker {worker} runs as process {pid}",
  },
  "worker.died": {
    level: "warn",
    fields: { worker: "number", pid: "number", how: "text", waitMs: "number" },
    text: "worker {worker} (process {pid}) died: {how}; another one takes its place",
  },
  "worker.keeps-dying": {
    level: "error",
    fields: { worker: "number", pid: "number", how: "text", waitMs: "number" },
    text: "workers keep dying, the last one (worker {worker}, process {pid}) of {how}; the next is started in {waitMs} ms",
  },
  "worker.hangs": {
    level: "error",
    fields: { worker: "number", pid: "number", seconds: "number" },
    text: "worker {worker} (process {pid}) has not been heard of for {seconds} s and is killed",
  },
  "router.replaced": {
    level: "info",
    fields: { pid: "number", version: "text" },
    text: "process {pid} (version {version}) serves from now on; this one ends when its connections have",
  },
  "router.upgrade-failed": {
    level: "error",
    fields: { problem: "text" },
    text: "the new version did not take over, this one serves on: {problem}",
  },
  "service.not-told": {
    level: "warn",
    fields: { problem: "text" },
    text: "the service manager (NOTIFY_SOCKET) can't be told how the router is: {problem}",
  },
  "router.stopping": {
    level: "info",
    fields: { reason: "text" },
    text: "stopping: {reason}",
  },
} as const satisfies Readonly<Record<`${string}.${string}`, LogEventShape>>;

export type LogEventName = keyof typeof logEvents;

interface FieldValues {
  text: string;
  number: number;
}

export type LogFields<E extends LogEventName> = {
  readonly [F in keyof (typeof logEvents)[E]["fields"]]: FieldValues[(typeof logEvents)[E]["fields"][F] & FieldType];
};
