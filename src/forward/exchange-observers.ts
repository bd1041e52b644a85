import type { ExchangeObserver, ExchangeRecord } from "../farm/exchange-record.ts";
import { faults } from "../farm/faults.ts";
import type { Clock } from "../util/clock.ts";
import type { ClientSide } from "./client-side.ts";
import type { Exchange } from "./exchange.ts";

/** Those who hear of every request that is over. Who they are is decided when a configuration is applied. */
export class ExchangeObservers {
  readonly #clock: Pick<Clock, "now" | "monotonic">;
  readonly #failed: (error: unknown) => void;
  #all: readonly ExchangeObserver[] = [];

  /** `failed` hears of an observer's exception: the request is over, nothing else is to suffer from it. */
  constructor(clock: Pick<Clock, "now" | "monotonic">, failed: (error: unknown) => void = () => undefined) {
    this.#clock = clock;
    this.#failed = failed;
  }

  replace(observers: readonly ExchangeObserver[]): void {
    this.#all = observers;
  }

  /** Exactly once for each request, before its record serves another one. */
  exchangeEnded(exchange: Exchange): void {
    if (this.#all.length === 0) return;
    const { record } = exchange.client;
    try {
      this.#complete(exchange, record);
      for (const observe of this.#all) observe(record);
    } catch (error) {
      this.#failed(error);
    }
  }

  #complete(exchange: Exchange, record: ExchangeRecord): void {
    const { client, farm, member } = exchange;
    const { head, origin } = client;
    record.totalMs = this.#clock.monotonic() - record.startedAt;
    record.startedTime = this.#clock.now() - record.totalMs;
    record.blame = record.reason === "ok" ? "" : faults[record.reason].blame;
    record.clientAddress = origin.address;
    record.protocol = origin.protocol;
    record.method = head.method;
    record.target = head.target;
    record.host = head.host;
    record.version = versionOf(client);
    record.head = head.text;
    record.farm = farm?.config.name ?? "";
    record.server = member?.config.server ?? "";
    record.attempts = exchange.attempts;
  }
}

function versionOf({ multiplexed, head }: ClientSide): string {
  if (multiplexed) return "2";
  return head.minor === 0 ? "1.0" : "1.1";
}
