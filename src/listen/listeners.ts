import { listenPlaceText } from "../config/listen-place-text.ts";
import type { Config, ListenerConfig } from "../config/config.ts";
import type { ClientSettings } from "../forward/client-settings.ts";
import type { RequestRouting } from "../forward/exchange.ts";
import { dateLine } from "../http/http-date.ts";
import type { Log } from "../observe/log.ts";
import { answerChallenges } from "../router/answer-challenges.ts";
import type { OpenChallenges } from "../router/open-challenges.ts";
import { redirectToHttps } from "../router/redirect-to-https.ts";
import type { Clock } from "../util/clock.ts";
import type { TimerWheel } from "../util/timer-wheel.ts";
import { startListener, type Listener } from "./listener.ts";

export interface ListenersOptions {
  readonly config: Config;
  readonly routing: RequestRouting;
  readonly challenges: OpenChallenges;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly log: Log;
  /** Where a listener's connections are counted. */
  readonly countsOf: (listener: string) => Float64Array;
}

/** A port that can't be had. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly listener: ListenerConfig;

  constructor(listener: ListenerConfig, cause: unknown) {
    super(`${listenPlaceText(listener)} can't be listened on: ${explain(listener, cause)}`, { cause });
    this.listener = listener;
  }
}

/** Binds all of them or none: rejects with a ListenError that names the first one that can't be had. */
export async function startListeners(options: ListenersOptions): Promise<Listener[]> {
  const started: Listener[] = [];
  for (const config of options.config.listeners) {
    try {
      const listener = await startListener({
        ...options,
        config,
        forwarded: options.config.forwarded,
        client: settings(config, options),
        counts: options.countsOf(listenPlaceText(config)),
      });
      options.log("listener.bound", {
        address: config.unix === null ? config.address || "*" : `unix:${config.unix.path}`,
        port: listener.port,
        protocol: config.tls === null ? "http" : "https",
      });
      started.push(listener);
    } catch (error) {
      await Promise.all(started.map((listener) => listener.close(0)));
      throw new ListenError(config, error);
    }
  }
  return started;
}

function settings(config: ListenerConfig, options: ListenersOptions): ClientSettings {
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
  };
}

function routingOf({ tls, redirect }: ListenerConfig, { routing, challenges }: ListenersOptions): RequestRouting {
  const ordinary = redirect === null ? routing : redirectToHttps(redirect.port, routing.ended);
  return tls === null ? answerChallenges(challenges, ordinary) : ordinary;
}

function failureOf(error: unknown): { problem: string; stack: string } {
  return error instanceof Error
    ? { problem: error.message, stack: error.stack ?? "" }
    : { problem: String(error), stack: "" };
}

function explain({ unix }: ListenerConfig, cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const remedies = unix === null ? portRemedies : pathRemedies;
  return ("code" in cause ? remedies.get(cause.code) : undefined) ?? cause.message;
}

const portRemedies: ReadonlyMap<unknown, string> = new Map([
  ["EADDRINUSE", "another program has the port (stop it, or choose another port)"],
  ["EACCES", "this user may not open ports below 1024 (grant CAP_NET_BIND_SERVICE, or choose another port)"],
  ["EADDRNOTAVAIL", "this machine has no such address"],
]);

const pathRemedies: ReadonlyMap<unknown, string> = new Map([
  ["EADDRINUSE", "another program listens there (stop it, or choose another path)"],
  ["EACCES", "its folder does not exist, or this user may not write to it"],
  ["ENOTSOCK", "there is something else than a socket (remove it, or choose another path)"],
]);
