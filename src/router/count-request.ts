import { farmMetrics, responsePlace } from "../farm/farm-metrics.ts";
import type { Exchange } from "../forward/exchange.ts";
import { add, observe } from "../observe/metric-layout.ts";

/** Counts a request that is over; `unrouted`: where those are counted that reached no farm. */
export function countRequest(exchange: Exchange, unrouted: Float64Array): void {
  const { farm, attempts } = exchange;
  const { record } = exchange.client;
  const counts = farm === null ? unrouted : farm.counts;
  if (record.status !== 0) add(counts, responsePlace(record.status), 1);
  if (record.reason !== "ok") add(counts, farmMetrics.failures(record.reason), 1);
  if (attempts > 1) add(counts, farmMetrics.retries, attempts - 1);
  add(counts, farmMetrics.received, record.requestBytes);
  add(counts, farmMetrics.sent, record.responseBytes);
  // How long a tunnel was open says nothing about anybody's speed.
  if (record.status === 101) add(counts, farmMetrics.tunnels, -1);
  else observe(counts, farmMetrics.duration, (exchange.monotonic() - record.startedAt) / 1000);
  if (record.firstByteMs >= 0) observe(counts, farmMetrics.firstByte, record.firstByteMs / 1000);
  if (record.queueMs > 0) observe(counts, farmMetrics.queue, record.queueMs / 1000);
  if (record.connectMs > 0) observe(counts, farmMetrics.connect, record.connectMs / 1000);
}
