import type { Config } from "../config/config.ts";
import type { MemberVerdict, OcspStaple, ToControl, ToWorker } from "../farm/messages.ts";
import type { MetricSamples } from "../observe/metric.ts";
import type { Check } from "../health/check.ts";
import type { MemberHealth } from "../health/member-check.ts";
import { memberKey } from "../health/member-key.ts";
import { Monitor } from "../health/monitor.ts";
import type { Log } from "../observe/log.ts";
import type { Clock } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import { EventRing } from "./event-ring.ts";
import { ExpiryWatch } from "./expiry-watch.ts";
import type { FarmStatus, MemberStatus } from "./farm-status.ts";
import { MemberEvents } from "./member-events.ts";
import { memberStatus } from "./member-status.ts";
import { fetchOcsp, type FetchOcsp } from "./ocsp/fetch-ocsp.ts";
import { Stapling } from "./ocsp/stapling.ts";
import { RouterMetrics } from "./router-metrics.ts";
import { SharedConnections } from "./shared-connections.ts";
import { SharedLoad } from "./shared-load.ts";
import { Numbers } from "./numbers.ts";

export interface ControlOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  /** To every worker. The first messages are sent before `createControl` returns. */
  readonly send: (message: ToWorker) => void;
  readonly log: Log;
  readonly check: Check;
  /** Of the product. */
  readonly version?: string | undefined;
  readonly fetchOcsp?: FetchOcsp;
}

const lookEveryMs = 20;

/** The side that decides: the configuration in force, the members' health, the numbers. It carries no request. */
export class Control {
  /** What has changed since the start. */
  readonly events: EventRing;
  readonly #memberEvents: MemberEvents;
  readonly #options: ControlOptions;
  readonly #monitor: Monitor;
  readonly #numbers = new Numbers();
  readonly #metrics: RouterMetrics;
  /** What the workers believe. */
  readonly #sent = new Map<string, boolean>();
  readonly #load: SharedLoad;
  readonly #connections: SharedConnections;
  readonly #expiry: ExpiryWatch;
  readonly #stapling: Stapling;
  #config: Config;
  #generation = 0;

  constructor(options: ControlOptions) {
    const { config, check, clock, random } = options;
    this.#options = options;
    this.#config = config;
    this.events = new EventRing(clock);
    this.#memberEvents = new MemberEvents(this.events, clock, (farm, server) => this.#monitor.health(farm, server));
    this.#metrics = new RouterMetrics(options.version ?? "", config, clock.now());
    this.#load = new SharedLoad(clock, options.send);
    this.#connections = new SharedConnections(clock, options.send);
    this.#expiry = new ExpiryWatch(clock, options.log);
    const staple = (staples: readonly OcspStaple[]): void => options.send({ type: "ocsp-staples", staples });
    this.#stapling = new Stapling({ clock, log: options.log, fetch: options.fetchOcsp ?? fetchOcsp, send: staple });
    const onChange = (farm: string, server: string, health: MemberHealth): void => this.#changed(farm, server, health);
    this.#monitor = new Monitor({ check, clock, random, onChange });
    this.apply(config);
  }

  /** Puts a configuration in force: the workers get it, then a verdict for every member, from then on changes only. */
  apply(config: Config): void {
    this.#config = config;
    this.#generation++;
    this.#monitor.apply(config);
    this.#memberEvents.apply(config);
    this.#expiry.apply(config);
    const members = this.#verdicts();
    this.#numbers.keepOnly(new Set(members.map(({ farm, server }) => memberKey(farm, server))));
    this.#metrics.configured(config, this.#options.clock.now());
    this.#load.configured(this.#generation);
    this.#options.send({ type: "configure", generation: this.#generation, config });
    this.#stapling.apply(config);
    this.#sent.clear();
    this.#send(members);
  }

  /** Of the configuration in force. */
  get generation(): number {
    return this.#generation;
  }

  get config(): Config {
    return this.#config;
  }

  /** What a worker that has just started must know. */
  introduce(send: (message: ToWorker) => void): void {
    send({ type: "configure", generation: this.#generation, config: this.#config });
    send({ type: "members", members: this.#verdicts() });
    const staples = this.#stapling.staples();
    if (staples.length > 0) send({ type: "ocsp-staples", staples });
    send(this.#connections.message);
  }

  /** `worker` is never used again for another one; 0 where all runs in one process. */
  receive(message: ToControl, worker = 0): void {
    switch (message.type) {
      case "numbers":
        this.#numbers.receive(
          worker,
          message.members.filter(({ farm, server }) => this.#sent.has(memberKey(farm, server))),
        );
        break;
      case "metrics":
        this.#metrics.receive(worker, message.rows);
        break;
      case "load":
        this.#load.receive(worker, message.generation, message.current);
        break;
      case "rates":
        this.#options.send(message);
        break;
      case "connections":
        this.#connections.receive(worker, message.count);
        break;
      case "member-failed": {
        const { farm, server, code } = message;
        this.#options.log("health.live-failure", { farm, server, code });
        this.#monitor.liveFailure(farm, server);
        break;
      }
      case "acme-challenges-set":
      case "applied":
      case "log":
      case "stopped":
    }
  }

  /** A worker ended: the requests that it carried are over, what it did stays counted. */
  workerGone(worker: number): void {
    this.#numbers.workerGone(worker);
    this.#metrics.workerGone(worker);
    this.#load.workerGone(worker);
    this.#connections.workerGone(worker);
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

  /** The configuration file was loaded again, and is in force now, or was refused; for the metrics. */
  reloaded(applied: boolean): void {
    this.#metrics.reloaded(applied);
  }

  /** For Prometheus. */
  metrics(): MetricSamples {
    return this.#metrics.samples(this.farms());
  }

  /** Has every member had its first verdict? */
  ready(): boolean {
    return this.farms().every(({ members }) => members.every(({ healthy }) => healthy !== null));
  }

  /** Resolves when every member has had its first verdict, or after `limitMs`. */
  async known(limitMs: number): Promise<void> {
    const { clock } = this.#options;
    await new Promise<void>((resolve) => {
      const look = clock.every(lookEveryMs, () => {
        if (this.ready()) done();
      });
      const limit = clock.after(limitMs, () => done());
      const done = (): void => {
        look.cancel();
        limit.cancel();
        resolve();
      };
    });
  }

  close(): void {
    this.#load.close();
    this.#connections.close();
    this.#monitor.close();
    this.#expiry.close();
    this.#stapling.close();
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
    this.#memberEvents.healthChanged(farm, server, health);
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
