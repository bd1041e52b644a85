import { block } from "../forward/client-side.ts";
import type { Exchange } from "../forward/exchange.ts";
import type { ConnectedMember } from "../net/connected-member.ts";

/** Requests that wait for a member of one farm to be free, first come first served. */
export class WaitingLine {
  readonly #waiting = new Set<Exchange>();
  readonly #serve: (exchange: Exchange) => boolean;
  #scheduled = false;
  readonly #run = (): void => this.#serveAll();

  /** `serve`: tries to send a request on its way; false = nobody is free for it. */
  constructor(serve: (exchange: Exchange) => boolean) {
    this.#serve = serve;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Would a request that may go to this member alone (null = to any) overtake somebody? Those who wait for their own member keep nobody from the others. */
  comesBefore(own: ConnectedMember | null): boolean {
    for (const { waitsFor } of this.#waiting) if (waitsFor === null || waitsFor === own) return true;
    return false;
  }

  /** `own`: the one member that it waits for; null = any. */
  join(exchange: Exchange, own: ConnectedMember | null): void {
    const { client, farm } = exchange;
    exchange.waitsFor = own;
    exchange.phase = "queued";
    exchange.line = this.#waiting;
    exchange.queuedAt = exchange.monotonic();
    this.#waiting.add(exchange);
    client.armTimeout(farm?.config.queue.timeoutMs ?? 0);
    // What comes meanwhile would have to be stored without a limit.
    if (!exchange.requestRead) client.reading.block(block.connecting);
  }

  /** Somebody may be free; looked at when whoever says so has done what he was doing. */
  freed(): void {
    if (this.#scheduled || this.#waiting.size === 0) return;
    this.#scheduled = true;
    queueMicrotask(this.#run);
  }

  #serveAll(): void {
    this.#scheduled = false;
    for (const exchange of this.#waiting) {
      try {
        if (!this.#serve(exchange)) return;
      } catch (error) {
        exchange.client.internalError(error);
      }
    }
  }
}
