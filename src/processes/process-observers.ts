import { AccessLogWriter } from "../access-log/access-log-writer.ts";
import type { Config } from "../config/config.ts";
import type { ExchangeObserver } from "../farm/exchange-record.ts";
import { ExchangeObservers } from "../forward/exchange-observers.ts";
import type { Log } from "../observe/log.ts";
import type { Clock } from "../util/clock.ts";

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

  constructor({ clock, log, always }: ProcessObserversOptions) {
    this.#accessLog = new AccessLogWriter(clock, log);
    this.#always = always;
    this.exchanges = new ExchangeObservers(clock, (error) =>
      log("router.failed", { problem: String(error), stack: error instanceof Error ? (error.stack ?? "") : "" }),
    );
  }

  apply({ accessLog }: Config): void {
    this.#accessLog.apply(accessLog);
    const { observer } = this.#accessLog;
    this.exchanges.replace(observer === null ? this.#always : [...this.#always, observer]);
  }

  reopenLogs(): void {
    this.#accessLog.reopen();
  }

  /** Resolves once what they have heard is written. */
  async close(): Promise<void> {
    await this.#accessLog.close();
  }
}
