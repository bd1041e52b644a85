import type { Exchange } from "./exchange.ts";

/** Dialling has ended, well or not. */
export function noteConnected(exchange: Exchange): void {
  exchange.client.record.connectMs = exchange.monotonic() - exchange.dialledAt;
}
