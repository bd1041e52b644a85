import { createChallengeSender, type ChallengeSender } from "./acme/challenge-sender.ts";
import { startAdmin, type Admin } from "./admin/start-admin.ts";
import { startMetrics, type MetricsListener } from "./admin/start-metrics.ts";
import type { Config } from "./config/config.ts";
import { createControl, type Control } from "./control/control.ts";
import type { ToWorker } from "./farm/messages.ts";
import type { ExchangeObserver } from "./farm/exchange-record.ts";
import { ExchangeObservers } from "./forward/exchange-observers.ts";
import type { Check } from "./health/check.ts";
import type { Listener } from "./listen/listener.ts";
import { startListeners } from "./listen/listeners.ts";
import type { Log } from "./observe/log.ts";
import { createWorker, type Worker } from "./router/worker.ts";
import type { Clock } from "./util/clock.ts";
import type { Random } from "./util/random.ts";
import { TimerWheel } from "./util/timer-wheel.ts";

export interface FairleadOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly check: Check;
  /** Hear of every request that is over. */
  readonly observers?: readonly ExchangeObserver[];
}

/** A running router. */
export interface Fairlead {
  readonly control: Control;
  readonly listeners: readonly Listener[];
  readonly admin: Admin | null;
  readonly metrics: MetricsListener | null;
  /** Puts ACME challenges in force in all workers. */
  readonly challenges: Pick<ChallengeSender, "set">;
  /** Sends the forwarding side's numbers to the control side now instead of within a second. */
  report(): void;
  /** Takes no new requests, lets running ones end for at most `graceMs`, then closes everything. */
  close(graceMs: number): Promise<void>;
}

/**
 * The composition root: from a configuration to a running router, control and forwarding side in one process, joined by
 * messages alone. Rejects, with nothing left running, where a port can't be had.
 */
export async function startFairlead(config: Config, options: FairleadOptions): Promise<Fairlead> {
  const { clock, random, log, check } = options;
  const wheel = new TimerWheel(clock);
  const toControl = { receive: (_message: Parameters<Control["receive"]>[0]): void => undefined };
  const observers = new ExchangeObservers(clock);
  observers.replace(options.observers ?? []);
  const worker = createWorker({ clock, wheel, observers, send: (message) => toControl.receive(message) });
  const send = (message: ToWorker): void => worker.receive(message);
  const challenges = createChallengeSender({ clock, send, workers: () => 1 });
  const control = createControl({ config, clock, random, log, check, send });
  toControl.receive = (message) => {
    if (message.type === "acme-challenges-set") challenges.acknowledged(message.serial);
    else control.receive(message);
  };
  const stop = async (listeners: readonly Listener[], admin: Admin | null, graceMs: number): Promise<void> => {
    await Promise.all(listeners.map(async (listener) => listener.close(graceMs)));
    await admin?.close();
    control.close();
    worker.close();
    wheel.close();
  };
  return bind({ config, worker, control, challenges, wheel, options, stop });
}

interface Parts {
  readonly config: Config;
  readonly worker: Worker;
  readonly control: Control;
  readonly challenges: ChallengeSender;
  readonly wheel: TimerWheel;
  readonly options: FairleadOptions;
  readonly stop: (listeners: readonly Listener[], admin: Admin | null, graceMs: number) => Promise<void>;
}

/** Opens the doors, the admin's first: whoever can reach the router can also see how it is. */
async function bind({ config, worker, control, challenges, wheel, options, stop }: Parts): Promise<Fairlead> {
  const { clock, log } = options;
  let admin: Admin | null = null;
  let metrics: MetricsListener | null = null;
  try {
    if (config.admin !== null) admin = await startAdmin({ ...config.admin, control, log });
    if (config.metrics !== null) metrics = await startMetrics({ ...config.metrics, control, log });
    const listeners = await startListeners({
      config,
      routing: worker.routing,
      countsOf: (listener) => worker.countsOf(listener),
      challenges: worker.challenges,
      wheel,
      clock,
      log,
    });
    const close = async (graceMs: number): Promise<void> => {
      await metrics?.close();
      await stop(listeners, admin, graceMs);
    };
    return { control, listeners, admin, metrics, challenges, report: () => worker.report(), close };
  } catch (error) {
    await metrics?.close();
    await stop([], admin, 0);
    throw error;
  }
}
