import { randomUUID } from "node:crypto";
import type { MemberNumbers, ToControl, ToWorker } from "../farm/messages.ts";
import type { ExchangeObservers } from "../forward/exchange-observers.ts";
import type { Exchange, RequestRouting } from "../forward/exchange.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { systemRandom } from "../util/random.ts";
import type { TimerWheel } from "../util/timer-wheel.ts";
import { applyVerdicts } from "./apply-verdicts.ts";
import { countRequest } from "./count-request.ts";
import { MetricReport } from "./metric-report.ts";
import { loadReport, type LoadReport } from "./load-report.ts";
import { memberReports, type MemberReports } from "./member-reports.ts";
import { OpenChallenges } from "./open-challenges.ts";
import { RateLimits } from "./rate-limits.ts";
import { createRouting, serveWaiting } from "./route-request.ts";
import { learnBindings, shareBindings, tellAllBindings } from "./shared-bindings.ts";
import { SilenceWatch, silenceEveryMs } from "./silence-watch.ts";
import type { ReportProblem } from "../rules/outbound/body-rule.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";

const numbersEveryMs = 1000;
const loadEveryMs = 50;
const ratesEveryMs = 200;
const bindingsEveryMs = 100;

const routingTypes = [
  "configure",
  "members",
  "load",
  "rates",
  "acme-challenges",
  "bindings",
  "bindings-wanted",
  "cookie-key",
] as const;

/** What is for the routing; the rest is for the listeners. */
type RoutingMessage = Extract<ToWorker, { readonly type: (typeof routingTypes)[number] }>;

export function isForRouting(message: ToWorker): message is RoutingMessage {
  return routingTypes.some((type) => type === message.type);
}

interface WorkerOptions {
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  /** To the control side. */
  readonly send: (message: ToControl) => void;
  readonly observers: ExchangeObservers;
  /** Other workers carry requests to the same members. */
  readonly shared: boolean;
}

/** The side that forwards. It decides nothing about members: it is told, and it reports. */
export interface Worker {
  readonly routing: RequestRouting;
  readonly challenges: OpenChallenges;
  receive(message: RoutingMessage): void;
  /** Where a listener's connections are counted. */
  countsOf(listener: string): Float64Array;
  /** Sends the numbers now instead of within a second. */
  report(): void;
  close(): void;
}

export function createWorker(options: WorkerOptions): Worker {
  return new RoutingWorker(options);
}

class RoutingWorker implements Worker {
  readonly routing: RequestRouting;
  readonly challenges = new OpenChallenges();
  readonly #options: WorkerOptions;
  readonly #metrics = new MetricReport();
  readonly #load: LoadReport;
  readonly #rates: RateLimits;
  readonly #timers: readonly Timer[];
  /** For what the workers tell one another. */
  readonly #name = randomUUID();
  #cookieKey = Buffer.alloc(0);
  #snapshot: Snapshot | null = null;

  constructor(options: WorkerOptions) {
    const { send, shared } = options;
    this.#options = options;
    this.#load = loadReport(send);
    this.#rates = new RateLimits(shared);
    const reports = memberReports(send);
    this.routing = createRouting(
      () => this.#present(),
      reports,
      (exchange) => this.#ended(exchange),
    );
    this.#timers = [...this.#watch(reports), ...(shared ? this.#share() : [])];
  }

  receive(message: RoutingMessage): void {
    const { clock, send } = this.#options;
    switch (message.type) {
      case "members":
        applyVerdicts(this.#present(), message.members, clock.monotonic());
        break;
      case "load":
        this.#load.receive(this.#snapshot, message);
        break;
      case "rates":
        this.#rates.receive(message, clock.monotonic());
        break;
      case "bindings":
        learnBindings(this.#snapshot, this.#name, message, clock.now());
        break;
      case "bindings-wanted":
        tellAllBindings(this.#snapshot);
        break;
      case "cookie-key":
        this.#cookieKey = Buffer.from(message.key, "base64");
        break;
      case "acme-challenges":
        this.challenges.set(message.challenges);
        send({ type: "acme-challenges-set", serial: message.serial });
        break;
      case "configure":
        this.#configure(message);
    }
  }

  countsOf(listener: string): Float64Array {
    return this.#metrics.listener(listener);
  }

  report(): void {
    const { clock, send } = this.#options;
    if (this.#snapshot === null) return;
    send({ type: "numbers", members: numbersOf(this.#snapshot, clock.monotonic()) });
    const rows = this.#metrics.changed(this.#snapshot);
    if (rows.length > 0) send({ type: "metrics", rows });
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    for (const farm of this.#snapshot?.farms.values() ?? []) for (const member of farm.members) member.closeIdle();
  }

  #configure({ config, generation }: Extract<RoutingMessage, { readonly type: "configure" }>): void {
    const { clock, wheel, send } = this.#options;
    const bodyProblem: ReportProblem = (problem, detail) =>
      send({ type: "log", event: "rules.body-unchanged", fields: { problem, detail } });
    const context = { random: systemRandom, monotonic: () => clock.monotonic() };
    const lasting = { wheel, rates: this.#rates, context, cookieKey: this.#cookieKey, serveWaiting, bodyProblem };
    this.#snapshot = createSnapshot(config, { ...lasting, now: () => clock.now() }, this.#snapshot);
    this.#metrics.configured(config);
    this.#load.configured(generation);
  }

  #watch(reports: MemberReports): Timer[] {
    const { clock } = this.#options;
    const watch = new SilenceWatch(reports);
    const silence = (): void => {
      if (this.#snapshot !== null) watch.look(this.#snapshot, clock.monotonic());
    };
    return [clock.every(numbersEveryMs, () => this.report()), clock.every(silenceEveryMs, silence)];
  }

  #share(): Timer[] {
    const { clock, send } = this.#options;
    return [
      clock.every(loadEveryMs, () => this.#load.report(this.#snapshot)),
      clock.every(ratesEveryMs, () => this.#rates.report(send, ratesEveryMs)),
      clock.every(bindingsEveryMs, () => shareBindings(this.#snapshot, this.#name, send)),
    ];
  }

  #ended(exchange: Exchange): void {
    countRequest(exchange, this.#metrics.unrouted);
    this.#options.observers.exchangeEnded(exchange);
  }

  #present(): Snapshot {
    if (this.#snapshot === null) throw new Error("a request came before the configuration");
    return this.#snapshot;
  }
}

function numbersOf({ farms }: Snapshot, now: number): MemberNumbers[] {
  return [...farms.values()].flatMap(({ members }) =>
    members.map((member) => {
      const { farm, config, current, total, failed, responseTimeMs, held } = member;
      const oldestMs = member.oldestMs(now);
      return { farm, server: config.server, current, total, failed, responseTimeMs, held: held.size, oldestMs };
    }),
  );
}
