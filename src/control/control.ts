import type { Config } from "../config/config.ts";
import type { MemberVerdict, ToControl, ToWorker } from "../farm/messages.ts";
import type { MetricSamples } from "../observe/metric.ts";
import type { Check } from "../health/check.ts";
import type { MemberHealth } from "../health/member-check.ts";
import { memberKey } from "../health/member-key.ts";
import { Monitor } from "../health/monitor.ts";
import type { Log } from "../observe/log.ts";
import type { Clock } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import { farmSamples } from "./control-metrics.ts";
import type { FarmStatus, MemberStatus } from "./farm-status.ts";
import { memberStatus } from "./member-status.ts";
import { MetricSums } from "./metric-sums.ts";
import { metricSubjects } from "./metric-subjects.ts";
import { Numbers } from "./numbers.ts";

export interface ControlOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  /** To every worker. The first messages are sent before `createControl` returns. */
  readonly send: (message: ToWorker) => void;
  readonly log: Log;
  readonly check: Check;
}

/** The side that decides: the configuration in force, the members' health, the numbers. It carries no request. */
export class Control {
  readonly #options: ControlOptions;
  readonly #monitor: Monitor;
  readonly #numbers = new Numbers();
  readonly #metrics = new MetricSums();
  /** What the workers believe. */
  readonly #sent = new Map<string, boolean>();
  #config: Config;

  constructor(options: ControlOptions) {
    const { config, check, clock, random } = options;
    this.#options = options;
    this.#config = config;
    const onChange = (farm: string, server: string, health: MemberHealth): void => this.#changed(farm, server, health);
    this.#monitor = new Monitor({ check, clock, random, onChange });
    this.apply(config);
  }

  /** Puts a configuration in force: the workers get it, then a verdict for every member, from then on changes only. */
  apply(config: Config): void {
    this.#config = config;
    this.#monitor.apply(config);
    const members = this.#verdicts();
    this.#numbers.keepOnly(new Set(members.map(({ farm, server }) => memberKey(farm, server))));
    this.#metrics.keepOnly(metricSubjects(config));
    this.#options.send({ type: "configure", config });
    this.#sent.clear();
    this.#send(members);
  }

  /** `worker` is never used again for another one; 0 where all runs in one process. */
  receive(message: ToControl, worker = 0): void {
    if (message.type === "numbers") {
      this.#numbers.receive(
        worker,
        message.members.filter(({ farm, server }) => this.#sent.has(memberKey(farm, server))),
      );
      return;
    }
    if (message.type === "metrics") {
      this.#metrics.receive(worker, message.rows);
      return;
    }
    if (message.type !== "member-failed") return;
    const { farm, server, code } = message;
    this.#options.log("health.live-failure", { farm, server, code });
    this.#monitor.liveFailure(farm, server);
  }

  /** A worker ended: the requests that it carried are over, what it did stays counted. */
  workerGone(worker: number): void {
    this.#numbers.workerGone(worker);
    this.#metrics.workerGone(worker);
  }

  farms(): readonly FarmStatus[] {
    return this.#config.farms.map((farm) => ({
      name: farm.name,
      members: farm.members.flatMap((member): MemberStatus[] => {
        const health = this.#monitor.health(farm.name, member.server);
        return health === null ? [] : [memberStatus(member, health, this.#numbers.of(farm.name, member.server))];
      }),
    }));
  }

  /** For Prometheus: the workers' sums and what this side knows. */
  *metrics(): MetricSamples {
    yield* this.#metrics.samples();
    yield* farmSamples(this.farms());
  }

  /** Has every member had its first verdict? */
  ready(): boolean {
    return this.farms().every(({ members }) => members.every(({ healthy }) => healthy !== null));
  }

  close(): void {
    this.#monitor.close();
  }

  #verdicts(): MemberVerdict[] {
    return this.#config.farms.flatMap(({ name: farm, members }) =>
      members.map(({ server }) => ({
        farm,
        server,
        available: this.#monitor.health(farm, server)?.available ?? false,
      })),
    );
  }

  #changed(farm: string, server: string, health: MemberHealth): void {
    const { asked = "", came = "" } = health.lastCheck ?? {};
    this.#options.log(health.available ? "health.member-up" : "health.member-down", { farm, server, asked, came });
    const { available } = health;
    if (this.#sent.get(memberKey(farm, server)) !== available) this.#send([{ farm, server, available }]);
  }

  #send(members: readonly MemberVerdict[]): void {
    for (const { farm, server, available } of members) this.#sent.set(memberKey(farm, server), available);
    this.#options.send({ type: "members", members });
  }
}

/** The control side for `config`; its checks begin at once. */
export function createControl(options: ControlOptions): Control {
  return new Control(options);
}
