import { isDeepStrictEqual } from "node:util";
import type { TracingConfig } from "../config/config.ts";
import type { ExchangeObserver } from "../farm/exchange-record.ts";
import type { Exporter } from "./otlp-exporter.ts";
import { SpanQueue, type SpanQueueOptions } from "./span-queue.ts";

/** OpenTelemetry's packages cost time and memory that only those pay who trace. */
async function loadExporter(config: TracingConfig): Promise<Exporter> {
  const { createExporter } = await import("./otlp-exporter.ts");
  return createExporter(config);
}

/** Traces of one process, as the configuration in force wants them. */
export class Tracing {
  readonly #options: SpanQueueOptions;
  #config: TracingConfig | null = null;
  #queue: SpanQueue | null = null;
  #observer: ExchangeObserver | null = null;

  constructor(options: SpanQueueOptions) {
    this.#options = options;
  }

  /** null: nothing is traced. */
  get observer(): ExchangeObserver | null {
    return this.#observer;
  }

  apply(config: TracingConfig | null): void {
    if (isDeepStrictEqual(config, this.#config)) return;
    void this.#queue?.close();
    this.#config = config;
    const queue = config === null ? null : new SpanQueue(loadExporter(config), this.#options);
    this.#queue = queue;
    this.#observer = queue === null ? null : (record) => queue.add(record);
  }

  /** Resolves when what waits was sent, or soon. */
  async close(): Promise<void> {
    await this.#queue?.close();
  }
}
