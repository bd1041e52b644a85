import type { AccessLogConfig } from "../config/config.ts";
import type { ExchangeObserver } from "../farm/exchange-record.ts";
import { LineFile } from "../observe/line-file.ts";
import { add } from "../observe/metric-layout.ts";
import { processMetrics } from "../observe/process-metrics.ts";
import type { Log } from "../observe/log.ts";
import type { Clock } from "../util/clock.ts";
import { accessLog } from "./access-log.ts";

/** The access log of one process that forwards; the control process makes its files and moves them away. */
export class AccessLogWriter {
  readonly #clock: Clock;
  readonly #log: Log;
  #config: AccessLogConfig | null = null;
  #file: LineFile | null = null;
  /** null = no access log. */
  readonly #counts: Float64Array;
  observer: ExchangeObserver | null = null;

  /** `counts`: of the process, as `processMetrics` says. */
  constructor(clock: Clock, log: Log, counts: Float64Array) {
    this.#clock = clock;
    this.#log = log;
    this.#counts = counts;
  }

  apply(config: AccessLogConfig | null): void {
    if (JSON.stringify(config) === JSON.stringify(this.#config)) return;
    void this.#file?.close();
    this.#config = config;
    this.#file = null;
    this.observer = null;
    if (config === null) return;
    const { file: name } = config;
    const dropped = (lines: number, problem: string): void => {
      add(this.#counts, processMetrics.logLinesDropped, lines);
      this.#log("logs.lines-lost", { file: name ?? "stdout", lines, problem });
    };
    const file = new LineFile({ file: name, clock: this.#clock, dropped });
    this.#file = file;
    this.observer = accessLog(config, (line) => file.write(line));
  }

  /** The file was moved away. */
  reopen(): void {
    this.#file?.reopen();
  }

  /** Resolves once all lines are written, or could not be. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
    this.observer = null;
  }
}
