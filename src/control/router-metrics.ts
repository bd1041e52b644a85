import { versions } from "node:process";
import type { Config } from "../config/config.ts";
import type { MetricRow } from "../farm/messages.ts";
import type { MetricSamples } from "../observe/metric.ts";
import {
  buildSample,
  certificateSamples,
  configSamples,
  farmSamples,
  type InForce,
  inForce,
  reloadSamples,
  restartSample,
} from "./control-metrics.ts";
import type { FarmStatus } from "./farm-status.ts";
import { metricSubjects } from "./metric-subjects.ts";
import { MetricSums } from "./metric-sums.ts";

/** All that Prometheus is told: what the workers have counted, and what the control side knows. */
export class RouterMetrics {
  readonly #version: string;
  readonly #sums = new MetricSums();
  readonly #reloads = { applied: 0, refused: 0, lastOk: true };
  #restarts = 0;
  #config: Config;
  #inForce: InForce;

  /** `version`: of the product. `at`: milliseconds since 1970. */
  constructor(version: string, config: Config, at: number) {
    this.#version = version;
    this.#config = config;
    this.#inForce = inForce(config, at);
  }

  /** A configuration comes into force. */
  configured(config: Config, at: number): void {
    this.#config = config;
    this.#inForce = inForce(config, at);
    this.#sums.keepOnly(metricSubjects(config));
  }

  /** The configuration file was loaded again, and is in force now, or was refused. */
  reloaded(applied: boolean): void {
    if (applied) this.#reloads.applied++;
    else this.#reloads.refused++;
    this.#reloads.lastOk = applied;
  }

  receive(worker: number, rows: readonly MetricRow[]): void {
    this.#sums.receive(worker, rows);
  }

  workerGone(worker: number): void {
    this.#restarts++;
    this.#sums.workerGone(worker);
  }

  *samples(farms: readonly FarmStatus[]): MetricSamples {
    yield* this.#sums.samples();
    yield* farmSamples(farms);
    yield* certificateSamples(this.#config);
    yield* configSamples(this.#inForce);
    yield* reloadSamples(this.#reloads);
    yield buildSample(this.#version, versions.node);
    yield restartSample(this.#restarts);
  }
}
