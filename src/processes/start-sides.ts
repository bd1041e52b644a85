import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { LogFiles } from "../access-log/log-files.ts";
import { createChallengeSender, type ChallengeSender } from "../acme/challenge-sender.ts";
import type { Config } from "../config/config.ts";
import { listenPlaceText } from "../config/listen-place-text.ts";
import { createControl, type Control } from "../control/control.ts";
import { firstVerdicts } from "../control/first-verdicts.ts";
import { noStore, stateFile } from "../control/state-file.ts";
import type { ExchangeObserver } from "../farm/exchange-record.ts";
import type { ListenProblem, ToControl, ToWorker } from "../farm/messages.ts";
import type { Check } from "../health/check.ts";
import type { SocketHandle } from "../listen/bind-handle.ts";
import { createBoundSockets, socketKeys, type BoundSockets } from "../listen/bound-sockets.ts";
import { ListenError } from "../listen/listen-error.ts";
import type { Log } from "../observe/log.ts";
import type { OwnLog } from "../observe/own-log.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { forkWorker } from "./fork-worker.ts";
import { startProcessReport } from "./process-report.ts";
import { forwardInProcess, forwardInWorkers, type Forwarding } from "./forwarding.ts";

export interface SidesOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly check: Check;
  /** Of the product. */
  readonly version?: string;
  /** Bound sockets that a router whose place this one takes has given, by key. */
  readonly sockets?: ReadonlyMap<string, SocketHandle>;
  /** For TLS session tickets, 48 bytes in base64: those of a router whose place this one takes. */
  readonly ticketKeys?: string;
  /** Hear of every request that is over; only with `workers: 0`. */
  readonly observers?: readonly ExchangeObserver[];
  /** Where `log` writes to. */
  readonly ownLog?: Pick<OwnLog, "apply" | "reopen">;
  /** Take connections only when every member was checked: another router still serves them. */
  readonly afterFirstChecks?: boolean;
}

const appliedWithinMs = 30_000;
const firstChecksWithinMs = 15_000;
const ticketKeysEveryMs = 8 * 3_600_000;

/** Rejects, with nothing left running, where a port can't be had. */
export async function startSides(config: Config, options: SidesOptions): Promise<Sides> {
  const sides = new Sides(config, options);
  try {
    await sides.start();
    return sides;
  } catch (error) {
    await sides.stop(0);
    throw error;
  }
}

/** The side that decides and the side that forwards, joined. */
export class Sides {
  readonly control: Control;
  readonly forwarding: Forwarding;
  readonly sockets: BoundSockets;
  /** Puts ACME challenges in force in all workers. */
  readonly challenges: ChallengeSender;
  readonly #options: SidesOptions;
  readonly #logFiles: LogFiles;
  readonly #acknowledgements: Acknowledgements;
  readonly #ticketTimer: Timer;
  /** Of the control process. */
  readonly #processReport: { close(): void };
  #ticketKeys: string;

  constructor(config: Config, options: SidesOptions) {
    const { clock, random, log, check } = options;
    this.#options = options;
    this.#ticketKeys = options.ticketKeys ?? newTicketKeys();
    this.#logFiles = new LogFiles({
      clock,
      log,
      reopenAccessLog: () => this.forwarding.send({ type: "reopen-logs" }),
      reopenOwnLog: () => options.ownLog?.reopen(),
    });
    this.#logFiles.apply(config);
    this.sockets = createBoundSockets(options.sockets);
    this.#acknowledgements = new Acknowledgements(clock, () => this.forwarding.ids());
    this.forwarding = this.#createForwarding(config);
    const send = (message: ToWorker): void => this.forwarding.send(message);
    this.challenges = createChallengeSender({ clock, send, workers: () => this.forwarding.ids().length });
    const states = config.stateFile === null ? noStore : stateFile(config.stateFile, log);
    this.control = createControl({ config, clock, random, log, check, send, states, version: options.version });
    this.#processReport = startProcessReport(clock, (message) => this.control.receive(message));
    this.#ticketTimer = clock.every(ticketKeysEveryMs, () => this.#rotateTicketKeys());
  }

  /** For TLS session tickets, 48 bytes in base64. */
  get ticketKeys(): string {
    return this.#ticketKeys;
  }

  async start(): Promise<void> {
    const { config } = this.control;
    const adopted = [...this.sockets.all.keys()];
    const opened = await this.sockets.open(config);
    if (this.#options.afterFirstChecks === true) {
      await firstVerdicts(this.control, this.#options.clock, firstChecksWithinMs);
    }
    this.forwarding.start();
    await this.#inForce(config);
    this.sockets.keepOnly(config);
    this.#logBound(config, [...adopted, ...opened]);
  }

  /**
   * Puts a configuration in force; rejects, with the one before in force, where that can't be done: with a ListenError
   * where a port can't be had.
   */
  async apply(config: Config): Promise<void> {
    const before = this.control.config;
    const opened = await this.sockets.open(config);
    for (const key of opened) this.forwarding.send({ type: "socket", key }, this.sockets.all.get(key)?.handle);
    this.#tell(config);
    try {
      await this.#inForce(config);
    } catch (error) {
      // Some listeners or workers have taken it.
      this.#tell(before);
      await this.#acknowledgements.all(this.control.generation, appliedWithinMs);
      this.sockets.keepOnly(before);
      throw error;
    }
    this.sockets.keepOnly(config);
    this.#logBound(config, opened);
  }

  /** Somebody else has moved the log files away: goes on with new ones. */
  reopenLogs(): void {
    this.#logFiles.reopen();
  }

  /**
   * Takes no new requests, lets running ones end for at most `graceMs`, then stops everything. `successor`: another process
   * has the sockets now.
   */
  async stop(graceMs: number, successor = false): Promise<void> {
    this.#ticketTimer.cancel();
    this.#processReport.close();
    const stopped = this.forwarding.stop(graceMs, successor);
    // While any process has one open, the system lets clients in, and nobody answers them.
    this.sockets.close();
    await stopped;
    this.control.close();
    this.#logFiles.close();
  }

  #tell(config: Config): void {
    this.#options.ownLog?.apply(config.log);
    this.#logFiles.apply(config);
    this.control.apply(config);
  }

  #createForwarding({ workers }: Config): Forwarding {
    const { clock, log } = this.#options;
    const common = {
      clock,
      log,
      introduce: (send: Forwarding["send"]): void => this.#introduce(send),
      receive: (message: ToControl, worker: number): void => this.#receive(message, worker),
    };
    if (workers === 0) return forwardInProcess({ ...common, observers: this.#options.observers ?? [] });
    const count = workers === "auto" ? availableParallelism() : workers;
    const gone = (worker: number): void => {
      this.#acknowledgements.workerGone(worker);
      this.control.workerGone(worker);
    };
    return forwardInWorkers({ ...common, count, start: forkWorker, gone });
  }

  /** All that a worker must know before its first request. */
  #introduce(send: Forwarding["send"]): void {
    send({ type: "ticket-keys", keys: this.#ticketKeys });
    for (const [key, { handle }] of this.sockets.all) send({ type: "socket", key }, handle);
    this.control.introduce(send);
    send(this.challenges.current());
    this.forwarding.send({ type: "bindings-wanted" });
  }

  #receive(message: ToControl, worker: number): void {
    if (message.type === "applied") this.#acknowledgements.receive(worker, message);
    else if (message.type === "acme-challenges-set") this.challenges.acknowledged(message.serial);
    else if (message.type === "log") logAnything(this.#options.log, message);
    else this.control.receive(message, worker);
  }

  async #inForce(config: Config): Promise<void> {
    const { problems, missing } = await this.#acknowledgements.all(this.control.generation, appliedWithinMs);
    const [problem] = problems;
    if (problem !== undefined) throw listenErrorOf(config, problem);
    if (this.forwarding.ids().length === 0) throw new Error("no worker lives long enough to take the configuration");
    if (missing.length > 0) throw new Error(`workers ${missing.join(", ")} did not take the configuration in time`);
  }

  #rotateTicketKeys(): void {
    this.#ticketKeys = newTicketKeys();
    this.forwarding.send({ type: "ticket-keys", keys: this.#ticketKeys });
  }

  #logBound({ listeners }: Config, keys: readonly string[]): void {
    socketKeys(listeners).forEach((key, index) => {
      const listener = listeners[index];
      if (listener === undefined || !keys.includes(key)) return;
      const protocol = listener.tls === null ? "http" : "https";
      const port = this.sockets.all.get(key)?.port ?? 0;
      const address = listener.unix === null ? listener.address || "*" : `unix:${listener.unix.path}`;
      const place = listenPlaceText({ ...listener, port });
      this.#options.log("listener.bound", { place, address, port, protocol });
    });
  }
}

/** What a worker sends was checked by the types there. */
function logAnything(log: Log, { event, fields }: Extract<ToControl, { readonly type: "log" }>): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The log drops what the event does not list.
  log(event, fields as never);
}

function newTicketKeys(): string {
  return randomBytes(48).toString("base64");
}

function listenErrorOf({ listeners }: Config, { key, problem }: ListenProblem): Error {
  const listener = listeners[socketKeys(listeners).indexOf(key)];
  return listener === undefined ? new Error(problem) : new ListenError(listener, problem);
}
