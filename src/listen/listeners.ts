import type { Config, ListenerConfig } from "../config/config.ts";
import type { ClientSettings } from "../forward/client-settings.ts";
import type { RequestRouting } from "../forward/exchange.ts";
import { authorityOf } from "../http/authority.ts";
import { dateLine } from "../http/http-date.ts";
import type { Log } from "../observe/log.ts";
import { redirectToHttps } from "../router/redirect-to-https.ts";
import type { Clock } from "../util/clock.ts";
import type { TimerWheel } from "../util/timer-wheel.ts";
import { startListener, type Listener } from "./listener.ts";

export interface ListenersOptions {
  readonly config: Config;
  readonly routing: RequestRouting;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly log: Log;
}

/** A port that can't be had. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly listener: ListenerConfig;

  constructor(listener: ListenerConfig, cause: unknown) {
    super(`${authorityOf(listener.address || "*", listener.port)} can't be listened on: ${explain(cause)}`, { cause });
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
      });
      options.log("listener.bound", {
        address: config.address || "*",
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

function settings(config: ListenerConfig, { routing, wheel, clock, log }: ListenersOptions): ClientSettings {
  return {
    wheel,
    routing: config.redirect === null ? routing : redirectToHttps(config.redirect.port),
    monotonic: () => clock.monotonic(),
    after: (delayMs, run) => clock.after(delayMs, run),
    dateLine: dateLine(clock),
    failed: (error) => log("router.failed", failureOf(error)),
    headerTimeoutMs: config.headerTimeoutMs,
    maxHeaderBytes: config.maxHeaderBytes,
  };
}

function failureOf(error: unknown): { problem: string; stack: string } {
  return error instanceof Error
    ? { problem: error.message, stack: error.stack ?? "" }
    : { problem: String(error), stack: "" };
}

function explain(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return ("code" in cause ? remedies.get(cause.code) : undefined) ?? cause.message;
}

const remedies: ReadonlyMap<unknown, string> = new Map([
  ["EADDRINUSE", "another program has the port (stop it, or choose another port)"],
  ["EACCES", "this user may not open ports below 1024 (grant CAP_NET_BIND_SERVICE, or choose another port)"],
  ["EADDRNOTAVAIL", "this machine has no such address"],
]);
