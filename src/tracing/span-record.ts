import type { ExchangeRecord } from "../farm/exchange-record.ts";

/** What a span is made of: a copy of what a request's record says of it. */
export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  /** "" = a trace of its own. */
  readonly parentId: string;
  /** Milliseconds since 1970. */
  readonly startedTime: number;
  readonly totalMs: number;
  readonly method: string;
  readonly target: string;
  readonly protocol: ExchangeRecord["protocol"];
  readonly version: string;
  readonly host: string;
  readonly clientAddress: string;
  readonly localPort: number;
  /** 0 = none was sent. */
  readonly status: number;
  readonly reason: ExchangeRecord["reason"];
  readonly blame: ExchangeRecord["blame"];
  readonly farm: string;
  readonly server: string;
  readonly attempts: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly connectMs: number;
  readonly firstByteMs: number;
}

export function spanRecord(record: ExchangeRecord): SpanRecord {
  return {
    traceId: record.traceId,
    spanId: record.spanId,
    parentId: record.parentId,
    startedTime: record.startedTime,
    totalMs: record.totalMs,
    method: record.method,
    target: record.target,
    protocol: record.protocol,
    version: record.version,
    host: record.host,
    clientAddress: record.clientAddress,
    localPort: record.connection.localPort,
    status: record.status,
    reason: record.reason,
    blame: record.blame,
    farm: record.farm,
    server: record.server,
    attempts: record.attempts,
    requestBytes: record.requestBytes,
    responseBytes: record.responseBytes,
    connectMs: record.connectMs,
    firstByteMs: record.firstByteMs,
  };
}
