import { headerOfField, type JsonField } from "../config/access-log-fields.ts";
import type { ExchangeRecord } from "../farm/exchange-record.ts";
import { fieldReader } from "../http/field-value.ts";
import { isoTime } from "./log-times.ts";
import type { RequestReader } from "./request-reader.ts";

type Value = string | number | boolean;
type Get = (record: ExchangeRecord) => Value;

/** One JSON object per line, of ASCII alone. Texts that are empty are left out, as are times that were not taken. */
export function jsonLine(fields: readonly string[], request: RequestReader): (record: ExchangeRecord) => string {
  const known = getters(request);
  const parts = fields.map((field) => {
    const header = headerOfField(field, "json");
    const get: Get | undefined = header === null ? known.get(field) : readHeader(header);
    if (get === undefined) throw new RangeError(`${field} is not a field`);
    return { key: `${JSON.stringify(field)}:`, get };
  });
  return (record) => {
    let line = "{";
    for (const { key, get } of parts) {
      const value = get(record);
      if (value === "" || value === -1) continue;
      line += line === "{" ? key : `,${key}`;
      line += typeof value === "string" ? quoted(value) : String(value);
    }
    return `${line}}\n`;
  };
}

const special = /[^ !#-[\]-~]/;
/** Those that JSON leaves as they are. */
const specials = /[\x7f-\uffff]/g;

function quoted(value: string): string {
  if (!special.test(value)) return `"${value}"`;
  return JSON.stringify(value).replace(
    specials,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function readHeader(name: string): Get {
  const read = fieldReader(name);
  return ({ head }) => read(head);
}

/** Tenths of milliseconds are enough, and much faster to write than what a clock gives. */
function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function getters(request: RequestReader): ReadonlyMap<string, Get> {
  const all: Readonly<Record<JsonField, Get>> = {
    time: ({ startedTime }) => isoTime(startedTime),
    clientAddress: ({ clientAddress }) => clientAddress,
    clientPort: ({ connection }) => connection.clientPort,
    localAddress: ({ connection }) => connection.localAddress,
    localPort: ({ connection }) => connection.localPort,
    protocol: ({ protocol }) => protocol,
    tlsVersion: ({ connection }) => connection.tlsVersion,
    tlsCipher: ({ connection }) => connection.tlsCipher,
    version: ({ version }) => version,
    method: ({ method }) => method,
    host: ({ host }) => host,
    target: request.target,
    userAgent: request.userAgent,
    referer: request.referer,
    status: ({ status }) => status,
    requestBytes: ({ requestBytes }) => requestBytes,
    responseBytes: ({ responseBytes }) => responseBytes,
    totalMs: ({ totalMs }) => rounded(totalMs),
    queueMs: ({ queueMs }) => rounded(queueMs),
    connectMs: ({ connectMs }) => rounded(connectMs),
    firstByteMs: ({ firstByteMs }) => rounded(firstByteMs),
    farm: ({ farm }) => farm,
    server: ({ server }) => server,
    attempts: ({ attempts }) => attempts,
    retriedFor: ({ retriedFor }) => retriedFor,
    rule: ({ rule }) => rule,
    pinned: ({ pinned }) => pinned,
    reason: ({ reason }) => reason,
    blame: ({ blame }) => blame,
    logId: ({ logId }) => logId,
    traceId: ({ traceId }) => traceId,
    spanId: ({ spanId }) => spanId,
  };
  return new Map(Object.entries(all));
}
