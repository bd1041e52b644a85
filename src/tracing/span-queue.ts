import type { ExchangeRecord } from "../farm/exchange-record.ts";
import type { Log } from "../observe/log.ts";
import { add } from "../observe/metric-layout.ts";
import { processMetrics } from "../observe/process-metrics.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Exporter } from "./otlp-exporter.ts";
import { type SpanRecord, spanRecord } from "./span-record.ts";

export interface SpanQueueOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Of the process, as `processMetrics` says. */
  readonly counts: Float64Array;
}

const everyMs = 1000;
const maxBatch = 512;
/** What is more is dropped, and counted. */
const maxWaiting = 4096;
const closeWithinMs = 3000;

/** Takes the spans of sampled requests and sends them on in batches, never on a request's way. */
export class SpanQueue {
  readonly #options: SpanQueueOptions;
  readonly #exporter: Promise<Exporter>;
  readonly #timer: Timer;
  readonly #waiting: SpanRecord[] = [];
  #sending: Promise<void> = Promise.resolve();
  #busy = false;
  #failing = false;

  /** `exporter`: loaded while requests go on. */
  constructor(exporter: Promise<Exporter>, options: SpanQueueOptions) {
    this.#options = options;
    this.#exporter = exporter;
    // Whoever sends hears of it.
    exporter.catch(() => undefined);
    this.#timer = options.clock.every(everyMs, () => this.#send());
  }

  add(record: ExchangeRecord): void {
    if (!record.sampled || record.spanId === "") return;
    if (this.#waiting.length >= maxWaiting) this.#count(processMetrics.spansDropped, 1);
    else this.#waiting.push(spanRecord(record));
  }

  /** Resolves when what waits was sent, or soon; to be told of no request any more. */
  async close(): Promise<void> {
    this.#timer.cancel();
    this.#send();
    const late = new Promise<void>((resolve) => void this.#options.clock.after(closeWithinMs, resolve));
    await Promise.race([this.#sending, late]);
    this.#count(processMetrics.spansDropped, this.#waiting.splice(0).length);
    void this.#exporter.then(async (exporter) => exporter.close()).catch(() => undefined);
  }

  /** One batch at a time: a collector that does not keep up gets what it can take. */
  #send(): void {
    if (!this.#busy && this.#waiting.length > 0) this.#sending = this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#busy = true;
    let arrived = true;
    while (arrived && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, maxBatch);
      arrived = await this.#sendBatch(batch);
      this.#count(arrived ? processMetrics.spansSent : processMetrics.spansDropped, batch.length);
    }
    this.#busy = false;
  }

  async #sendBatch(batch: readonly SpanRecord[]): Promise<boolean> {
    const { log } = this.#options;
    try {
      const exporter = await this.#exporter;
      await exporter.send(batch);
      if (this.#failing) log("tracing.works-again", {});
      this.#failing = false;
      return true;
    } catch (error) {
      if (!this.#failing) log("tracing.failed", { problem: error instanceof Error ? error.message : String(error) });
      this.#failing = true;
      return false;
    }
  }

  #count(place: number, spans: number): void {
    add(this.#options.counts, place, spans);
  }
}
