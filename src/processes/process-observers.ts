import { AccessLogWriter } from "../access-log/access-log-writer.ts";
import type { Config } from "../config/config.ts";
import type { ExchangeObserver } from "../farm/exchange-record.ts";
import { ExchangeObservers } from "../forward/exchange-observers.ts";
import type { Log } from "../observe/log.ts";
import { Tracing } from "../tracing/tracing.ts";
import type { Clock } from "../util/clock.ts";
import { processCounts } from "./process-counts.ts";

interface ProcessObserversOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Hear of every request, whatever the configuration. */
  readonly always: readonly ExchangeObserver[];
}

/** All in one process that hear of requests that are over. */
export class ProcessObservers {
  readonly exchanges: ExchangeObservers;
  readonly #always: readonly ExchangeObserver[];
  readonly #accessLog: AccessLogWriter;
  readonly #tracing: Tracing;

  constructor({ clock, log, always }: ProcessObserversOptions) {
    this.#accessLog = new AccessLogWriter(clock, log, processCounts);
    this.#tracing = new Tracing({ clock, log, counts: processCounts });
    this.#always = always;
    this.exchanges = new ExchangeObservers(clock, (error) =>
      log("router.failed", { problem: String(error), stack: error instanceof Error ? (error.stack ?? "") : "" }),
    );
  }

  apply({ accessLog, tracing }: Config): void {
    this.#accessLog.apply(accessLog);
    this.#tracing.apply(tracing);
    const configured = [this.#accessLog.observer, this.#tracing.observer].filter((observer) => observer !== null);
    this.exchanges.replace([...this.#always, ...configured]);
  }

  reopenLogs(): void {
    this.#accessLog.reopen();
  }

  /** Resolves once what they have heard is written. */
  async close(): Promise<void> {
    await Promise.all([this.#accessLog.close(), this.#tracing.close()]);
  }
}
