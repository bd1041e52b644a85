import type { ExchangeObserver } from "../farm/exchange-record.ts";
import type { ToControl, ToWorker } from "../farm/messages.ts";
import type { SocketHandle } from "../listen/bind-handle.ts";
import { Listeners } from "../listen/listeners.ts";
import type { Log } from "../observe/log.ts";
import { createWorker, isForRouting, type Worker } from "../router/worker.ts";
import type { Clock } from "../util/clock.ts";
import { TimerWheel } from "../util/timer-wheel.ts";
import { ProcessObservers } from "./process-observers.ts";

export interface ForwardingOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** To the control side. */
  readonly send: (message: ToControl) => void;
  /** Other processes forward as well. */
  readonly shared: boolean;
  /** Hear of every request that is over. */
  readonly observers?: readonly ExchangeObserver[];
}

/** All that carries requests in one process: routing and listeners, told what to do by messages. */
export interface ForwardingSide {
  /** `handle`: of a `socket`. */
  receive(message: ToWorker, handle?: SocketHandle): void;
  /** Sends the numbers now instead of within a second. */
  report(): void;
}

function listenersOf(worker: Worker, wheel: TimerWheel, { clock, log, send, shared }: ForwardingOptions): Listeners {
  const { routing, challenges } = worker;
  const countsOf: Worker["countsOf"] = (listener) => worker.countsOf(listener);
  return new Listeners({ routing, challenges, share: shared ? send : null, countsOf, wheel, clock, log });
}

export function createForwardingSide(options: ForwardingOptions): ForwardingSide {
  const { clock, log, send, shared } = options;
  const wheel = new TimerWheel(clock);
  const observers = new ProcessObservers({ clock, log, always: options.observers ?? [] });
  const worker = createWorker({ clock, wheel, observers: observers.exchanges, send, shared });
  const listeners = listenersOf(worker, wheel, options);
  let stopped = false;
  const stop = async (graceMs: number, successor: boolean): Promise<void> => {
    await listeners.close(graceMs, successor ? "after-next" : "at-once");
    if (stopped) return;
    stopped = true;
    worker.report();
    worker.close();
    wheel.close();
    await observers.close();
    send({ type: "stopped" });
  };
  return {
    receive(message, handle) {
      if (isForRouting(message)) {
        worker.receive(message);
        if (message.type !== "configure") return;
      }
      switch (message.type) {
        case "socket":
          listeners.addSocket(message.key, handle);
          break;
        case "configure":
          observers.apply(message.config);
          void applyTo(listeners, message).then(send);
          break;
        case "ticket-keys":
        case "connections":
        case "ocsp-staples":
          listeners.receive(message);
          break;
        case "reopen-logs":
          observers.reopenLogs();
          break;
        case "stop":
          void stop(message.graceMs, message.successor);
      }
    },
    report: () => worker.report(),
  };
}

async function applyTo(
  listeners: Listeners,
  { config, generation }: Extract<ToWorker, { readonly type: "configure" }>,
): Promise<ToControl> {
  return { type: "applied", generation, problems: await listeners.apply(config) };
}
