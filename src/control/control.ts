import type { Config } from "../config/config.ts";
import type { MemberNumbers, OcspStaple, ToControl, ToWorker } from "../farm/messages.ts";
import type { MetricSamples } from "../observe/metric.ts";
import type { Check } from "../health/check.ts";
import type { MemberHealth } from "../health/member-health.ts";
import { memberKey, memberKeys } from "../health/member-key.ts";
import { Monitor } from "../health/monitor.ts";
import type { Log } from "../observe/log.ts";
import type { Clock } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import { Administration, type StateChange, type StateWish } from "./administration.ts";
import { CookieKey } from "./cookie-key.ts";
import { EventRing } from "./event-ring.ts";
import { ExpiryWatch } from "./expiry-watch.ts";
import type { FarmStatus, MemberStatus, ServerStatus } from "./farm-status.ts";
import { MemberEvents } from "./member-events.ts";
import { memberStatus } from "./member-status.ts";
import { MemberVerdicts } from "./member-verdicts.ts";
import { fetchOcsp, type FetchOcsp } from "./ocsp/fetch-ocsp.ts";
import { Stapling } from "./ocsp/stapling.ts";
import { EmptiedWatch, logState, tellState } from "./state-events.ts";
import type { EffectiveState, StateScope } from "./operator-states.ts";
import { RouterMetrics } from "./router-metrics.ts";
import { serverStatuses, stateWarnings } from "./server-status.ts";
import { noStore, type StateStore } from "./state-file.ts";
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
  /** Where operators' states are kept; left out: nowhere. */
  readonly states?: StateStore | undefined;
}

/** The side that decides: the configuration in force, the members' health, the numbers. It carries no request. */
export class Control {
  /** What has changed since the start. */
  readonly events: EventRing;
  /** What operators have decided. */
  readonly administration: Administration;
  readonly #memberEvents: MemberEvents;
  readonly #emptied: EmptiedWatch;
  readonly #options: ControlOptions;
  readonly #monitor: Monitor;
  readonly #numbers = new Numbers();
  readonly #metrics: RouterMetrics;
  readonly #verdicts: MemberVerdicts;
  readonly #load: SharedLoad;
  readonly #connections: SharedConnections;
  readonly #expiry: ExpiryWatch;
  readonly #stapling: Stapling;
  readonly #cookieKey: CookieKey;
  #config: Config;
  /** Of all members. */
  #keys: ReadonlySet<string> = new Set();
  #generation = 0;

  constructor(options: ControlOptions) {
    const { config, check, clock, random, states = noStore } = options;
    this.#options = options;
    this.#config = config;
    this.events = new EventRing(clock);
    this.#emptied = new EmptiedWatch(this.events);
    const healthOf = (farm: string, server: string): MemberHealth | null => this.#monitor.health(farm, server);
    const state = (farm: string, server: string): EffectiveState => this.administration.effective(farm, server);
    const wanted = (farm: string, server: string): boolean => state(farm, server).state === "available";
    this.#memberEvents = new MemberEvents(this.events, clock, { health: healthOf, wanted });
    this.#metrics = new RouterMetrics(options.version ?? "", config, clock.now());
    this.#load = new SharedLoad(clock, options.send);
    this.#connections = new SharedConnections(clock, options.send);
    this.#expiry = new ExpiryWatch(clock, options.log);
    const staple = (staples: readonly OcspStaple[]): void => options.send({ type: "ocsp-staples", staples });
    this.#stapling = new Stapling({ clock, log: options.log, fetch: options.fetchOcsp ?? fetchOcsp, send: staple });
    const onChange = (farm: string, server: string, health: MemberHealth): void => this.#changed(farm, server, health);
    this.#monitor = new Monitor({ check, clock, random, onChange, wanted });
    this.administration = new Administration({
      clock,
      log: options.log,
      store: states,
      onChange: (change) => this.#stateChanged(change),
      onReread: () => this.#statesChanged("router"),
    });
    this.#cookieKey = new CookieKey(states);
    this.#verdicts = new MemberVerdicts(clock, { health: healthOf, state });
    this.apply(config);
  }

  /** Puts a configuration in force: the workers get it, then a verdict for every member, from then on changes only. */
  apply(config: Config): void {
    this.#config = config;
    this.#generation++;
    this.administration.configured(config);
    this.#monitor.apply(config);
    this.#memberEvents.apply(config);
    this.#expiry.apply(config);
    this.#verdicts.configured(config);
    this.#keys = memberKeys(config.farms);
    this.#numbers.keepOnly(this.#keys);
    this.#metrics.configured(config, this.#options.clock.now());
    this.#load.configured(this.#generation);
    const key = this.#cookieKey.neededBy(config);
    if (key !== null) this.#options.send(key);
    this.#options.send({ type: "configure", generation: this.#generation, config });
    this.#stapling.apply(config);
    this.#sendVerdicts();
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
    if (this.#cookieKey.message !== null) send(this.#cookieKey.message);
    send({ type: "configure", generation: this.#generation, config: this.#config });
    send({ type: "members", members: this.#verdicts.all(this.#config.farms) });
    const staples = this.#stapling.staples();
    if (staples.length > 0) send({ type: "ocsp-staples", staples });
    send(this.#connections.message);
  }

  /** `worker` is never used again for another one; 0 where all runs in one process. */
  receive(message: ToControl, worker = 0): void {
    if (isSighting(message)) this.#seen(message);
    else this.#told(message, worker);
  }

  #told(message: Exclude<ToControl, Sighting>, worker: number): void {
    switch (message.type) {
      case "numbers":
        this.#counted(worker, message.members);
        break;
      case "metrics":
        this.#metrics.receive(worker, message.rows);
        break;
      case "load":
        this.#load.receive(worker, message.generation, message.current);
        break;
      case "rates":
      case "bindings":
        this.#options.send(message);
        break;
      case "connections":
        this.#connections.receive(worker, message.count);
        break;
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
      minimumServers: farm.minimumServers,
      members: farm.members.flatMap((member): MemberStatus[] => {
        const health = this.#monitor.health(farm.name, member.server);
        const state = this.administration.effective(farm.name, member.server);
        const totals = this.#numbers.of(farm.name, member.server);
        return health === null ? [] : [memberStatus(member, { health, state, totals })];
      }),
    }));
  }

  servers(): readonly ServerStatus[] {
    return serverStatuses(this.#config, this.farms(), (server) => this.administration.of({ server, farm: null }));
  }

  /** Puts an operator's word in force. `kept`: it outlives this process. null = no such server, or no such member. */
  setState(
    scope: StateScope,
    wish: StateWish,
  ): { readonly warnings: readonly string[]; readonly kept: boolean } | null {
    if (!this.#knows(scope)) return null;
    const kept = this.administration.set(scope, wish);
    const touched = this.farms().filter(({ name }) => scope.farm === null || name === scope.farm);
    return { warnings: wish.state === "available" ? [] : stateWarnings(touched, scope.server), kept };
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
    return this.#config.farms.every(({ name, members }) =>
      members.every(({ server }) => this.#monitor.health(name, server)?.known === true),
    );
  }

  close(): void {
    this.administration.close();
    this.#load.close();
    this.#connections.close();
    this.#monitor.close();
    this.#expiry.close();
    this.#stapling.close();
  }

  #knows({ server, farm }: StateScope): boolean {
    if (farm !== null) return this.#keys.has(memberKey(farm, server));
    return this.#config.servers.some(({ name }) => name === server);
  }

  #counted(worker: number, members: readonly MemberNumbers[]): void {
    const known = members.filter(({ farm, server }) => this.#keys.has(memberKey(farm, server)));
    this.#numbers.receive(worker, known);
    const { workers } = this.#numbers;
    for (const { farm, server } of known) {
      const state = this.administration.effective(farm, server);
      this.#emptied.look({ farm, server }, state, { held: this.#numbers.of(farm, server).held, worker, workers });
    }
  }

  /** What requests meet at a member. */
  #seen(message: Sighting): void {
    const { farm, server, type } = message;
    if (type === "member-answered") this.#monitor.answered(farm, server);
    else if (type === "member-silent") {
      this.#options.log("health.silence", { farm, server });
      this.#monitor.silence(farm, server);
    } else {
      this.#options.log("health.live-failure", { farm, server, code: message.code });
      this.#monitor.liveFailure(farm, server, message.code);
    }
  }

  #changed(farm: string, server: string, health: MemberHealth): void {
    const { asked = "", came = "" } = health.lastCheck ?? {};
    this.#options.log(health.available ? "health.member-up" : "health.member-down", { farm, server, asked, came });
    this.#memberEvents.healthChanged(farm, server, health);
    this.#sendVerdicts(farm);
  }

  #stateChanged(change: StateChange): void {
    tellState(this.events, change);
    logState(this.#options.log, change);
    this.#statesChanged(change.after.by);
  }

  #statesChanged(by: string): void {
    this.#memberEvents.lookAtFarms({ by, evidence: null });
    this.#sendVerdicts();
  }

  /** `only`: nothing has changed but in this farm. */
  #sendVerdicts(only?: string): void {
    const { farms } = this.#config;
    const members = this.#verdicts.changed(only === undefined ? farms : farms.filter(({ name }) => name === only));
    if (members.length > 0) this.#options.send({ type: "members", members });
  }
}

type Sighting = Extract<ToControl, { readonly type: `member-${string}` }>;

function isSighting(message: ToControl): message is Sighting {
  return message.type.startsWith("member-");
}

/** The control side for `config`; its checks begin at once. */
export function createControl(options: ControlOptions): Control {
  return new Control(options);
}
