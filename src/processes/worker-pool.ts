import type { ToControl, ToWorker } from "../farm/messages.ts";
import type { WorkerStatus } from "../farm/worker-status.ts";
import type { SocketHandle } from "../listen/bind-handle.ts";
import type { Log } from "../observe/log.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { restartDelay } from "./restart-delay.ts";

/** A worker's process, as far as the pool needs it. */
export interface WorkerProcess {
  readonly pid: number;
  send(message: ToWorker, handle?: SocketHandle): void;
  onMessage(hear: (message: ToControl) => void): void;
  /** `how`: the exit code or the signal. Heard exactly once. */
  onExit(hear: (how: string) => void): void;
  kill(): void;
}

export interface WorkerPoolOptions {
  readonly count: number;
  readonly start: () => WorkerProcess;
  readonly clock: Clock;
  readonly log: Log;
  /** Sends a worker all that it must know before the first request. */
  readonly introduce: (send: WorkerProcess["send"]) => void;
  /** `worker` is never used again for another one. */
  readonly receive: (message: ToControl, worker: number) => void;
  readonly gone: (worker: number) => void;
}

interface Running {
  readonly worker: number;
  readonly process: WorkerProcess;
  readonly since: number;
  /** Monotonic milliseconds. */
  lastHeard: number;
}

/** A worker says its numbers every second: one that is silent for so long hangs, and so do its clients. */
const silentMs = 20_000;
const lookEveryMs = 5000;
const afterGraceMs = 5000;

/** The worker processes: as many as configured, each replaced when it dies. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #running = new Map<number, Running>();
  readonly #delay: () => number;
  readonly #timers = new Set<Timer>();
  readonly #ended: Promise<void>;
  #hearEnded: () => void = () => undefined;
  #ending = false;
  #next = 1;
  /** Monotonic milliseconds. */
  #lookedAt: number;
  /** How many have died since the start. */
  deaths = 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#delay = restartDelay(options.clock);
    this.#lookedAt = options.clock.monotonic();
    this.#ended = new Promise((resolve) => (this.#hearEnded = resolve));
  }

  start(): void {
    for (let count = 0; count < this.#options.count; count++) this.#startOne();
    this.#timers.add(this.#options.clock.every(lookEveryMs, () => this.#killSilent()));
  }

  /** To all of them. */
  send(message: ToWorker, handle?: SocketHandle): void {
    for (const { process } of this.#running.values()) process.send(message, handle);
  }

  /** Those that run. */
  workers(): WorkerStatus[] {
    return [...this.#running.values()].map(({ worker, process, since }) => ({ worker, pid: process.pid, since }));
  }

  /** Was any of them heard of lately? */
  alive(): boolean {
    const now = this.#options.clock.monotonic();
    return [...this.#running.values()].some(({ lastHeard }) => now - lastHeard < silentMs);
  }

  /** Resolves when all have ended; what has not ended 5 s after `graceMs` is killed. Again: may be less. */
  async stop(graceMs: number, successor: boolean): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.#ending = true;
    if (this.#running.size === 0) return;
    this.send({ type: "stop", graceMs, successor });
    const deadline = this.#options.clock.after(graceMs + afterGraceMs, () => {
      for (const { process } of this.#running.values()) process.kill();
    });
    await this.#ended;
    deadline.cancel();
  }

  #startOne(): void {
    const { start, clock, log, receive, introduce } = this.#options;
    const worker = this.#next++;
    const process = start();
    const entry: Running = { worker, process, since: clock.now(), lastHeard: clock.monotonic() };
    this.#running.set(worker, entry);
    log("worker.started", { worker, pid: process.pid });
    process.onMessage((message) => {
      entry.lastHeard = clock.monotonic();
      receive(message, worker);
    });
    process.onExit((how) => this.#died(entry, how));
    introduce((message, handle) => process.send(message, handle));
  }

  #died({ worker, process: { pid } }: Running, how: string): void {
    this.#running.delete(worker);
    this.#options.gone(worker);
    if (this.#ending) {
      if (this.#running.size === 0) this.#hearEnded();
      return;
    }
    this.deaths++;
    const waitMs = this.#delay();
    this.#options.log(waitMs === 0 ? "worker.died" : "worker.keeps-dying", { worker, pid, how, waitMs });
    if (waitMs === 0) this.#startOne();
    else this.#startLater(waitMs);
  }

  #startLater(waitMs: number): void {
    const timer = this.#options.clock.after(waitMs, () => {
      this.#timers.delete(timer);
      this.#startOne();
    });
    this.#timers.add(timer);
  }

  #killSilent(): void {
    const now = this.#options.clock.monotonic();
    // What workers said while this process (or the whole machine) stood still has not been read yet.
    const away = now - this.#lookedAt > 2 * lookEveryMs;
    this.#lookedAt = now;
    if (away) for (const entry of this.#running.values()) entry.lastHeard = now;
    for (const { worker, process, lastHeard } of this.#running.values()) {
      if (now - lastHeard < silentMs) continue;
      this.#options.log("worker.hangs", { worker, pid: process.pid, seconds: Math.round((now - lastHeard) / 1000) });
      process.kill();
    }
  }
}
