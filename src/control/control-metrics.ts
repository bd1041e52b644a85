import type { Metric, MetricSamples, Sample } from "../observe/metric.ts";
import type { Config } from "../config/config.ts";
import type { FarmStatus, MemberStatus } from "./farm-status.ts";

const gauge = (name: Metric["name"], help: string, labels: readonly string[]): Metric => {
  return { name, type: "gauge", help, labels };
};

const counter = (name: Metric["name"], help: string, labels: readonly string[]): Metric => {
  return { name, type: "counter", help, labels };
};

const ofMember = ["farm", "server"];

const metrics = {
  available: gauge("fairlead_farm_members_available", "Members of the farm that may get requests.", ["farm"]),
  members: gauge("fairlead_farm_members", "Members of the farm.", ["farm"]),
  up: gauge(
    "fairlead_member_up",
    "1: the member's health check succeeds, 0: it fails. Absent until the first.",
    ofMember,
  ),
  state: gauge("fairlead_member_state", "1 for the state that an administrator has given the member.", [
    ...ofMember,
    "state",
  ]),
  since: gauge(
    "fairlead_member_last_change_timestamp_seconds",
    "When the member last went up or down, in seconds since 1970.",
    ofMember,
  ),
  checkDuration: gauge("fairlead_member_check_duration_seconds", "How long the last health check took.", ofMember),
  certificate: gauge(
    "fairlead_certificate_not_after_timestamp_seconds",
    "When a listener's certificate expires, in seconds since 1970.",
    ["certificate", "name"],
  ),
  restarts: counter("fairlead_worker_restarts_total", "Worker processes that died and were replaced.", []),
} as const;

/** What the control side itself knows, beside what the workers count. */
export const controlMetrics: readonly Metric[] = Object.values(metrics);

type MetricSample = readonly [Metric, Sample];

export function* farmSamples(farms: readonly FarmStatus[]): MetricSamples {
  for (const { name: farm, members } of farms) {
    const available = members.filter(({ healthy }) => healthy === true).length;
    yield sample(metrics.available, { farm }, available);
    yield sample(metrics.members, { farm }, members.length);
    for (const member of members) yield* memberSamples(farm, member);
  }
}

function* memberSamples(farm: string, member: MemberStatus): MetricSamples {
  const { server, healthy, state, since, lastCheck } = member;
  const labels = { farm, server };
  yield sample(metrics.state, { ...labels, state }, 1);
  yield sample(metrics.since, labels, Date.parse(since) / 1000);
  if (healthy !== null) yield sample(metrics.up, labels, healthy ? 1 : 0);
  if (lastCheck !== null) yield sample(metrics.checkDuration, labels, lastCheck.durationMs / 1000);
}

/** One that several listeners use is said once. */
export function* certificateSamples({ listeners }: Config): MetricSamples {
  const said = new Set<string>();
  for (const { file, names, notAfter } of listeners.flatMap(({ tls }) => tls?.certificates ?? [])) {
    const [name = ""] = names;
    const key = `${file}\n${name}`;
    if (said.has(key)) continue;
    said.add(key);
    yield sample(metrics.certificate, { certificate: file, name }, notAfter / 1000);
  }
}

export function restartSample(restarts: number): MetricSample {
  return sample(metrics.restarts, {}, restarts);
}

function sample(metric: Metric, labels: Sample["labels"], value: number): MetricSample {
  return [metric, { name: metric.name, labels, value }];
}
