import { type Metric, type MetricSamples, noLabels, type Sample } from "../observe/metric.ts";
import { createHash } from "node:crypto";
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
    "1: the member works, as far as its check and requests tell; 0: it does not. Absent until that is known.",
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
  config: gauge(
    "fairlead_config_info",
    "Always 1. The label is the same on all routers that run the same configuration.",
    ["hash"],
  ),
  applied: gauge(
    "fairlead_config_applied_timestamp_seconds",
    "When the configuration in force was put into force, in seconds since 1970.",
    [],
  ),
  reloads: counter("fairlead_config_reloads_total", "How often the configuration file was loaded again, by result.", [
    "result",
  ]),
  reloaded: gauge(
    "fairlead_config_last_reload_successful",
    "0: the configuration file was refused when it was last loaded, an earlier configuration is in force.",
    [],
  ),
  build: gauge("fairlead_build_info", "Always 1. The labels say what runs.", ["version", "node"]),
  restarts: counter("fairlead_worker_restarts_total", "Worker processes that died and were replaced.", []),
} as const;

/** What the control side itself knows, beside what the workers count. */
export const controlMetrics: readonly Metric[] = Object.values(metrics);

type MetricSample = readonly [Metric, Sample];

export function* farmSamples(farms: readonly FarmStatus[]): MetricSamples {
  for (const { name: farm, members } of farms) {
    const available = members.filter(({ healthy, state }) => healthy === true && state === "available").length;
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

/** The configuration in force. */
export interface InForce {
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export function inForce(config: Config, at: number): InForce {
  const text = JSON.stringify({ ...config, file: "" });
  return { hash: createHash("sha256").update(text).digest("hex").slice(0, 16), at };
}

export function* configSamples({ hash, at }: InForce): MetricSamples {
  yield sample(metrics.config, { hash }, 1);
  yield sample(metrics.applied, {}, at / 1000);
}

/** What became of the configuration file each time that it was loaded again. */
interface Reloads {
  readonly applied: number;
  readonly refused: number;
  readonly lastOk: boolean;
}

export function* reloadSamples({ applied, refused, lastOk }: Reloads): MetricSamples {
  yield sample(metrics.reloads, { result: "applied" }, applied);
  yield sample(metrics.reloads, { result: "refused" }, refused);
  yield sample(metrics.reloaded, {}, lastOk ? 1 : 0);
}

export function buildSample(version: string, node: string): MetricSample {
  return sample(metrics.build, { version, node }, 1);
}

export function restartSample(restarts: number): MetricSample {
  return sample(metrics.restarts, {}, restarts);
}

function sample(metric: Metric, labels: Sample["labels"], value: number): MetricSample {
  return [metric, { name: metric.name, labels, detail: noLabels, value }];
}
