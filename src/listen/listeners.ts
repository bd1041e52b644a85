import { listenPlaceText } from "../config/listen-place-text.ts";
import type { Config, ListenerConfig } from "../config/config.ts";
import type { ListenProblem, ToControl, ToWorker } from "../farm/messages.ts";
import type { ClientSettings } from "../forward/client-settings.ts";
import type { RequestRouting } from "../forward/exchange.ts";
import { dateLine } from "../http/http-date.ts";
import type { Log } from "../observe/log.ts";
import { answerChallenges } from "../router/answer-challenges.ts";
import type { OpenChallenges } from "../router/open-challenges.ts";
import { requireClientCertificate } from "../router/require-client-certificate.ts";
import { redirectToHttps } from "../router/redirect-to-https.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { TimerWheel } from "../util/timer-wheel.ts";
import type { SocketHandle } from "./bind-handle.ts";
import { socketKeys } from "./bound-sockets.ts";
import { certificateFields } from "./client-certificate.ts";
import { ConnectionLimits } from "./connection-limits.ts";
import type { Closing } from "./door.ts";
import type { EntranceOptions } from "./entrance.ts";
import { fileHandleLimit } from "./file-handle-limit.ts";
import { startListener, type Listener } from "./listener.ts";
import { OcspStaples } from "./ocsp-staples.ts";
import { createRefusals, type Refusals } from "./refusals.ts";

export interface ListenersOptions {
  readonly routing: RequestRouting;
  readonly challenges: OpenChallenges;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly log: Log;
  /** To the control side, where other processes have listeners as well. */
  readonly share: ((message: ToControl) => void) | null;
  /** Where a listener's connections are counted. */
  readonly countsOf: (listener: string) => Float64Array;
}

const shareEveryMs = 50;

/** Connections of a listener that was taken out of the configuration get this long to end. */
const removedGraceMs = 10 * 60_000;

interface Open {
  readonly listener: Listener;
  /** What it was configured with, to see whether anything has changed. */
  readonly settings: string;
}

/** The listeners of one process, on sockets that were bound elsewhere. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #sockets = new Map<string, SocketHandle>();
  readonly #open = new Map<string, Open>();
  /** Taken away by a configuration, with connections that have not ended. */
  readonly #ending = new Set<Listener>();
  /** Of all listeners together. */
  readonly #limits = new ConnectionLimits(fileHandleLimit());
  readonly #refusals: Refusals;
  readonly #sharing: Timer | null;
  readonly #staples = new OcspStaples();
  #ticketKeys: Buffer | null = null;
  #applying: Promise<unknown> = Promise.resolve();

  constructor(options: ListenersOptions) {
    const { clock, log, share } = options;
    this.#options = options;
    this.#sharing = share === null ? null : clock.every(shareEveryMs, () => this.#share(share));
    this.#refusals = createRefusals({ after: (delayMs, run) => clock.after(delayMs, run), log });
  }

  /** A socket for a configuration to come; undefined = it was lost on its way, and its listener can't be opened. */
  addSocket(key: string, handle: SocketHandle | undefined): void {
    if (handle !== undefined) this.#sockets.set(key, handle);
  }

  receive(message: Extract<ToWorker, { readonly type: "ticket-keys" | "connections" | "ocsp-staples" }>): void {
    if (message.type === "connections") this.#limits.limitWith(message.count);
    else if (message.type === "ocsp-staples") this.#staples.set(message.staples);
    else this.#setTicketKeys(Buffer.from(message.keys, "base64"));
  }

  /** Opens, changes and ends listeners until they are those of `config`. What is connected stays as it is. */
  apply(config: Config): Promise<ListenProblem[]> {
    // One may come while the sockets of the one before are being opened.
    const applied = this.#applying.then(() => this.#apply(config));
    this.#applying = applied.catch(() => undefined);
    return applied;
  }

  async #apply(config: Config): Promise<ListenProblem[]> {
    const keys = socketKeys(config.listeners);
    this.#limits.configure(config.limits);
    this.#endAllBut(new Set(keys));
    const problems = await Promise.all(
      config.listeners.map((listener, index) => this.#applyOne(keys[index] ?? "", listener, config)),
    );
    return problems.filter((problem) => problem !== null);
  }

  /** Takes no more connections and ends those there are, all of them after `graceMs` at the latest. Again: may be less. */
  async close(graceMs: number, manner: Closing): Promise<void> {
    const open = [...this.#open.values()].map(({ listener }) => listener);
    this.#open.clear();
    await Promise.all([...open, ...this.#ending].map(async (listener) => this.#end(listener, graceMs, manner)));
    this.#sharing?.cancel();
    this.#refusals.close();
  }

  #setTicketKeys(keys: Buffer): void {
    this.#ticketKeys = keys;
    for (const { listener } of this.#open.values()) listener.setTicketKeys(keys);
  }

  /** Tells the other workers how many connections are open here, if that matters and has changed. */
  #share(send: (message: ToControl) => void): void {
    const count = this.#limits.newCount();
    if (count !== null) send({ type: "connections", count });
  }

  async #applyOne(
    key: string,
    config: ListenerConfig,
    { forwarded, listeners }: Config,
  ): Promise<ListenProblem | null> {
    const removed = certificateFields(listeners);
    const settings = JSON.stringify([config, forwarded, removed]);
    const open = this.#open.get(key);
    if (open?.settings === settings) return null;
    try {
      const options = { ...this.#entranceOptions(config), forwarded, removed };
      if (open === undefined) this.#open.set(key, { listener: await this.#start(key, options), settings });
      else {
        open.listener.configure(options);
        this.#open.set(key, { ...open, settings });
      }
      return null;
    } catch (error) {
      return { key, problem: problemOf(error) };
    }
  }

  async #start(key: string, options: EntranceOptions): Promise<Listener> {
    const handle = this.#sockets.get(key);
    if (handle === undefined) throw new Error("its socket is missing");
    this.#sockets.delete(key);
    return startListener(handle, options);
  }

  #endAllBut(keys: ReadonlySet<string>): void {
    for (const [key, { listener }] of this.#open) {
      if (keys.has(key)) continue;
      this.#open.delete(key);
      void this.#end(listener, removedGraceMs, "after-next");
    }
    // What was bound for a configuration that did not come into force.
    for (const [key, handle] of this.#sockets) {
      if (keys.has(key)) continue;
      this.#sockets.delete(key);
      handle.close();
    }
  }

  async #end(listener: Listener, graceMs: number, manner: Closing): Promise<void> {
    this.#ending.add(listener);
    await listener.close(graceMs, manner);
    this.#ending.delete(listener);
  }

  #entranceOptions(config: ListenerConfig): Omit<EntranceOptions, "forwarded" | "removed"> {
    const { log, challenges, countsOf, clock } = this.#options;
    const client = settingsOf(config, this.#options);
    const counts = countsOf(listenPlaceText(config));
    const [limits, refusals, staples, ticketKeys] = [this.#limits, this.#refusals, this.#staples, this.#ticketKeys];
    const now = (): number => clock.now();
    return { config, now, client, challenges, limits, refusals, staples, log, counts, ticketKeys };
  }
}

function settingsOf(config: ListenerConfig, options: ListenersOptions): ClientSettings {
  const { wheel, clock, log } = options;
  return {
    wheel,
    routing: routingOf(config, options),
    monotonic: () => clock.monotonic(),
    after: (delayMs, run) => clock.after(delayMs, run),
    dateLine: dateLine(clock),
    failed: (error) => log("router.failed", failureOf(error)),
    headerTimeoutMs: config.headerTimeoutMs,
    maxHeaderBytes: config.maxHeaderBytes,
    maxHeaderFields: config.maxHeaderFields,
    maxUrlBytes: config.maxUrlBytes,
  };
}

function routingOf({ tls, redirect }: ListenerConfig, { routing, challenges }: ListenersOptions): RequestRouting {
  const ordinary = redirect === null ? routing : redirectToHttps(redirect.port, routing.ended);
  if (tls === null) return answerChallenges(challenges, ordinary);
  const { clientCertificate } = tls;
  return clientCertificate?.require === true ? requireClientCertificate(clientCertificate.hosts, ordinary) : ordinary;
}

function failureOf(error: unknown): { problem: string; stack: string } {
  return error instanceof Error
    ? { problem: error.message, stack: error.stack ?? "" }
    : { problem: String(error), stack: "" };
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.message;
}
