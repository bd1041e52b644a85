import type { ExchangeObserver } from "../farm/exchange-record.ts";
import type { ToControl, ToWorker } from "../farm/messages.ts";
import type { WorkerStatus } from "../farm/worker-status.ts";
import type { SocketHandle } from "../listen/bind-handle.ts";
import type { Log } from "../observe/log.ts";
import type { Clock } from "../util/clock.ts";
import { createForwardingSide, type ForwardingSide } from "./forwarding-side.ts";
import { WorkerPool, type WorkerPoolOptions } from "./worker-pool.ts";

/** All that forwards, in this process or in workers, as the deciding side sees it. */
export interface Forwarding {
  start(): void;
  /** To all workers. `handle`: of a `socket`. */
  send(message: ToWorker, handle?: SocketHandle): void;
  /** Those that run now; in one process, number 0 alone. */
  ids(): readonly number[];
  /** Their processes; none where all runs in one. */
  workers(): readonly WorkerStatus[];
  /** Workers that died since the start. */
  deaths(): number;
  /** Does any of it live and work? */
  alive(): boolean;
  /** Sends the numbers now instead of within a second; only in one process. */
  report(): void;
  /** Takes no new connections; resolves when all have ended, soon after `graceMs` at the latest. Again: may be less. */
  stop(graceMs: number, successor: boolean): Promise<void>;
}

interface InProcessOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly introduce: WorkerPoolOptions["introduce"];
  readonly receive: WorkerPoolOptions["receive"];
  readonly observers: readonly ExchangeObserver[];
}

/** `workers: 0`: the same messages, without a process between. */
export function forwardInProcess({ clock, log, introduce, receive, observers }: InProcessOptions): Forwarding {
  let side: ForwardingSide | null = null;
  let hearStopped: (() => void) | null = null;
  const stopped = new Promise<void>((resolve) => (hearStopped = resolve));
  const hear = (message: ToControl): void => {
    if (message.type === "stopped") hearStopped?.();
    else receive(message, 0);
  };
  return {
    start() {
      const started = createForwardingSide({ clock, log, shared: false, observers, send: hear });
      side = started;
      introduce((message, handle) => started.receive(message, handle));
    },
    send: (message, handle) => side?.receive(message, handle),
    ids: () => (side === null ? [] : [0]),
    workers: () => [],
    deaths: () => 0,
    alive: () => side !== null,
    report: () => side?.report(),
    async stop(graceMs, successor) {
      if (side === null) return;
      side.receive({ type: "stop", graceMs, successor });
      await stopped;
    },
  };
}

/** Worker processes. */
export function forwardInWorkers(options: WorkerPoolOptions): Forwarding {
  const pool = new WorkerPool(options);
  return {
    start: () => pool.start(),
    send: (message, handle) => pool.send(message, handle),
    ids: () => pool.workers().map(({ worker }) => worker),
    workers: () => pool.workers(),
    deaths: () => pool.deaths,
    alive: () => pool.alive(),
    report: () => undefined,
    stop: async (graceMs, successor) => pool.stop(graceMs, successor),
  };
}
