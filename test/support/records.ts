import { ExchangeRecord } from "../../src/farm/exchange-record.ts";

/** The record of an ordinary request, with what a test says instead. */
export function aRecord(rest: Partial<ExchangeRecord> = {}): ExchangeRecord {
  const record = new ExchangeRecord({
    localAddress: "10.0.0.5",
    localPort: 443,
    clientPort: 50_123,
    tlsVersion: "TLSv1.3",
    tlsCipher: "TLS_AES_256_GCM_SHA384",
  });
  const method = rest.method ?? "GET";
  const target = rest.target ?? "/owa/?ae=Item";
  return Object.assign(record, {
    requestBytes: 320,
    responseBytes: 1024,
    status: 200,
    connectMs: 1.5,
    firstByteMs: 20.4,
    startedTime: Date.UTC(2026, 10, 24, 8, 15, 30, 250),
    totalMs: 34.6,
    clientAddress: "192.0.2.7",
    protocol: "https",
    method,
    target,
    host: "mail.example.test",
    version: "1.1",
    head: `${method} ${target} HTTP/1.1\r\nHost: mail.example.test\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0)\r\nReferer: https://mail.example.test/owa/\r\n\r\n`,
    farm: "owa",
    server: "cas1",
    attempts: 1,
    ...rest,
  });
}

/** A request's head with these fields. */
export function aHead(...fields: readonly string[]): string {
  return ["GET / HTTP/1.1", "Host: a", ...fields, "", ""].join("\r\n");
}
