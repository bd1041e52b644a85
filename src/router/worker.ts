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
import { loadReport } from "./load-report.ts";
import { memberReports } from "./member-reports.ts";
import { OpenChallenges } from "./open-challenges.ts";
import { RateLimits } from "./rate-limits.ts";
import { createRouting, serveWaiting } from "./route-request.ts";
import { learnBindings, shareBindings } from "./shared-bindings.ts";
import { watchSilence } from "./silence-watch.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";

const numbersEveryMs = 1000;
const silenceEveryMs = 100;
const loadEveryMs = 50;
const ratesEveryMs = 200;
const bindingsEveryMs = 100;

/** What is for the routing; the rest is for the listeners. */
type RoutingMessage = Extract<
  ToWorker,
  {
    readonly type: "configure" | "members" | "load" | "rates" | "acme-challenges" | "bindings" | "cookie-key";
  }
>;

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

export function createWorker({ clock, wheel, send, observers, shared }: WorkerOptions): Worker {
  let snapshot: Snapshot | null = null;
  let cookieKey = Buffer.alloc(0);
  const metrics = new MetricReport();
  const challenges = new OpenChallenges();
  const present = (): Snapshot => {
    if (snapshot === null) throw new Error("a request came before the configuration");
    return snapshot;
  };
  const reports = memberReports(send);
  const report = (): void => {
    if (snapshot !== null) reportNumbers(snapshot, { metrics, send, now: clock.monotonic() });
  };
  const load = loadReport(send);
  const rates = new RateLimits(shared);
  const name = randomUUID();
  const context = { random: systemRandom, monotonic: () => clock.monotonic() };
  const lasting = { wheel, rates, context, serveWaiting, now: () => clock.now() };
  const timers: Timer[] = [
    clock.every(numbersEveryMs, report),
    clock.every(silenceEveryMs, () => {
      if (snapshot !== null) watchSilence(snapshot, clock.monotonic(), reports);
    }),
  ];
  if (shared) {
    timers.push(clock.every(loadEveryMs, () => load.report(snapshot)));
    timers.push(clock.every(ratesEveryMs, () => rates.report(send, ratesEveryMs)));
    timers.push(clock.every(bindingsEveryMs, () => shareBindings(snapshot, name, send)));
  }
  const ended = (exchange: Exchange): void => {
    countRequest(exchange, metrics.unrouted);
    observers.exchangeEnded(exchange);
  };
  return {
    routing: createRouting(present, reports, ended),
    challenges,
    receive(message) {
      switch (message.type) {
        case "members":
          applyVerdicts(present(), message.members, clock.monotonic());
          break;
        case "load":
          load.receive(snapshot, message);
          break;
        case "rates":
          rates.receive(message, clock.monotonic());
          break;
        case "bindings":
          learnBindings(snapshot, name, message, clock.now());
          break;
        case "cookie-key":
          cookieKey = Buffer.from(message.key, "base64");
          break;
        case "acme-challenges":
          challenges.set(message.challenges);
          send({ type: "acme-challenges-set", serial: message.serial });
          break;
        case "configure":
          snapshot = createSnapshot(message.config, { ...lasting, cookieKey }, snapshot);
          metrics.configured(message.config);
          load.configured(message.generation);
      }
    },
    countsOf: (listener) => metrics.listener(listener),
    report,
    close() {
      for (const timer of timers) timer.cancel();
      for (const farm of snapshot?.farms.values() ?? []) for (const member of farm.members) member.closeIdle();
    },
  };
}

interface Reporting {
  readonly metrics: MetricReport;
  readonly send: WorkerOptions["send"];
  readonly now: number;
}

function reportNumbers(snapshot: Snapshot, { metrics, send, now }: Reporting): void {
  send({ type: "numbers", members: numbersOf(snapshot, now) });
  const rows = metrics.changed(snapshot);
  if (rows.length > 0) send({ type: "metrics", rows });
}

function numbersOf({ farms }: Snapshot, now: number): MemberNumbers[] {
  return [...farms.values()].flatMap(({ members }) =>
    members.map((member) => {
      const { farm, config, current, total, failed, responseTimeMs, held, state } = member;
      const oldestMs = state === "available" ? 0 : member.oldestMs(now);
      return { farm, server: config.server, current, total, failed, responseTimeMs, held: held.size, oldestMs };
    }),
  );
}
