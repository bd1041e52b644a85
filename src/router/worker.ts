import type { FaultCode } from "../farm/faults.ts";
import type { MemberNumbers, ToControl, ToWorker } from "../farm/messages.ts";
import type { ExchangeObservers } from "../forward/exchange-observers.ts";
import type { Exchange, RequestRouting } from "../forward/exchange.ts";
import type { ConnectedMember } from "../net/connected-member.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { TimerWheel } from "../util/timer-wheel.ts";
import { countRequest } from "./count-request.ts";
import { MetricReport } from "./metric-report.ts";
import { loadReport } from "./load-report.ts";
import { OpenChallenges } from "./open-challenges.ts";
import { RateLimits } from "./rate-limits.ts";
import { createRouting } from "./route-request.ts";
import { applyVerdicts, createSnapshot, type Snapshot } from "./snapshot.ts";

const numbersEveryMs = 1000;
const loadEveryMs = 50;
const ratesEveryMs = 200;

/** What is for the routing; the rest is for the listeners. */
type RoutingMessage = Extract<
  ToWorker,
  { readonly type: "configure" | "members" | "load" | "rates" | "acme-challenges" }
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
  const metrics = new MetricReport();
  const challenges = new OpenChallenges();
  const present = (): Snapshot => {
    if (snapshot === null) throw new Error("a request came before the configuration");
    return snapshot;
  };
  const failed = ({ farm, config }: ConnectedMember, code: FaultCode): void =>
    send({ type: "member-failed", farm, server: config.server, code });
  const report = (): void => {
    if (snapshot !== null) reportNumbers(snapshot, metrics, send);
  };
  const load = loadReport(send);
  const timers: Timer[] = [clock.every(numbersEveryMs, report)];
  const rates = new RateLimits(shared);
  if (shared) {
    timers.push(clock.every(loadEveryMs, () => load.report(snapshot)));
    timers.push(clock.every(ratesEveryMs, () => rates.report(send, ratesEveryMs)));
  }
  const ended = (exchange: Exchange): void => {
    countRequest(exchange, metrics.unrouted);
    observers.exchangeEnded(exchange);
  };
  return {
    routing: createRouting(present, failed, ended),
    challenges,
    receive(message) {
      if (message.type === "members") applyVerdicts(present(), message.members);
      else if (message.type === "load") load.receive(snapshot, message);
      else if (message.type === "rates") rates.receive(message, clock.monotonic());
      else if (message.type === "acme-challenges") {
        challenges.set(message.challenges);
        send({ type: "acme-challenges-set", serial: message.serial });
      } else {
        snapshot = createSnapshot(message.config, { wheel, rates }, snapshot);
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

function reportNumbers(snapshot: Snapshot, metrics: MetricReport, send: WorkerOptions["send"]): void {
  send({ type: "numbers", members: numbersOf(snapshot) });
  const rows = metrics.changed(snapshot);
  if (rows.length > 0) send({ type: "metrics", rows });
}

function numbersOf({ farms }: Snapshot): MemberNumbers[] {
  return [...farms.values()].flatMap(({ members }) =>
    members.map(({ farm, config, current, total, failed, responseTimeMs }) => {
      return { farm, server: config.server, current, total, failed, responseTimeMs };
    }),
  );
}
