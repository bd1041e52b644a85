import { headerOfField, type W3cField } from "../config/access-log-fields.ts";
import type { ExchangeRecord } from "../farm/exchange-record.ts";
import { fieldReader } from "../http/field-value.ts";
import { dateText, timeText } from "./log-times.ts";
import type { RequestReader } from "./request-reader.ts";
import { w3cStatus } from "./w3c-status.ts";

type Get = (record: ExchangeRecord) => string | number;

/** What a client may have written: the rest is of our own making and needs no look at each of its characters. */
const fromClient: ReadonlySet<string> = new Set([
  "cs-method",
  "cs-uri-stem",
  "cs-uri-query",
  "cs-host",
  "c-ip",
] satisfies W3cField[]);

/** One line of the W3C extended format as IIS writes it: by UTC, spaces as "+", "-" for nothing, times in milliseconds. */
export function w3cLine(fields: readonly string[], request: RequestReader): (record: ExchangeRecord) => string {
  const known = getters(request);
  const parts = fields.map((field) => {
    const header = headerOfField(field, "w3c");
    const get = known.get(field) ?? (header === null ? undefined : readHeader(header));
    if (get === undefined) throw new RangeError(`${field} is not a field`);
    return { get, look: header !== null || fromClient.has(field) };
  });
  return (record) => {
    let line = "";
    for (const { get, look } of parts) {
      const value = get(record);
      if (line !== "") line += " ";
      if (value === "") line += "-";
      else line += look && typeof value === "string" ? written(value) : value;
    }
    // A line that begins so would be a directive.
    return line.startsWith("#") ? `%23${line.slice(1)}\r\n` : `${line}\r\n`;
  };
}

const special = /[^!-~]/;
const specials = /[^!-~]/g;

function written(value: string): string {
  return special.test(value) ? value.replace(specials, escape) : value;
}

function escape(character: string): string {
  return character === " " ? "+" : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

function readHeader(name: string): Get {
  const read = fieldReader(name);
  return ({ head }) => read(head);
}

function stem(target: string): string {
  const end = target.indexOf("?");
  return end === -1 ? target : target.slice(0, end);
}

function query(target: string): string {
  const start = target.indexOf("?");
  return start === -1 ? "" : target.slice(start + 1);
}

/** ARR writes what it knows behind the query, where `forwarded.logId` is on: tools that read its logs look there. */
function queryAsArr(request: RequestReader, record: ExchangeRecord): string {
  const own = query(request.target(record));
  if (record.logId === "") return own;
  const routed = record.server === "" ? "" : `&SERVER-ROUTED=${record.server}`;
  const status = record.firstByteMs === -1 ? "" : `&SERVER-STATUS=${record.status}`;
  return `${own === "" ? "" : `${own}&`}X-ARR-CACHE-HIT=0${routed}&X-ARR-LOG-ID=${record.logId}${status}`;
}

const endTime = ({ startedTime, totalMs }: ExchangeRecord): number => startedTime + totalMs;
const milliseconds = (ms: number): string | number => (ms === -1 ? "" : Math.round(ms));

function getters(request: RequestReader): ReadonlyMap<string, Get> {
  const standard = {
    // IIS writes a line when the request is over, and that is its time.
    date: (record) => dateText(endTime(record)),
    time: (record) => timeText(endTime(record)),
    "s-ip": ({ connection }) => connection.localAddress,
    "cs-method": ({ method }) => method,
    "cs-uri-stem": ({ target }) => stem(target),
    "cs-uri-query": (record) => queryAsArr(request, record),
    "s-port": ({ connection }) => connection.localPort,
    // Who authenticates, and how, is between the client and the member.
    "cs-username": () => "",
    "c-ip": ({ clientAddress }) => clientAddress,
    "cs-version": ({ version }) => (version === "" ? "" : `HTTP/${version}`),
    "cs-host": ({ host }) => host,
    "sc-status": ({ status }) => (status === 0 ? "" : status),
    "sc-substatus": ({ reason }) => w3cStatus(reason).substatus,
    "sc-win32-status": ({ reason }) => w3cStatus(reason).win32,
    "sc-bytes": ({ responseBytes }) => responseBytes,
    "cs-bytes": ({ requestBytes }) => requestBytes,
    "time-taken": ({ totalMs }) => Math.round(totalMs),
  } as const satisfies Partial<Record<W3cField, Get>>;
  const all: Readonly<Record<W3cField, Get>> = { ...standard, ...ownGetters };
  return new Map<string, Get>([
    ...Object.entries(all),
    ["cs(Referer)", request.referer],
    ["cs(User-Agent)", request.userAgent],
  ]);
}

const ownGetters = {
  "x-client-port": ({ connection }) => connection.clientPort,
  "x-protocol": ({ protocol }) => protocol,
  "x-tls-version": ({ connection }) => connection.tlsVersion,
  "x-tls-cipher": ({ connection }) => connection.tlsCipher,
  "x-farm": ({ farm }) => farm,
  "x-server": ({ server }) => server,
  "x-attempts": ({ attempts }) => attempts,
  "x-retried-for": ({ retriedFor }) => retriedFor,
  "x-rule": ({ rule }) => rule,
  "x-pinned": ({ pinned }) => (pinned ? 1 : 0),
  "x-queue-ms": ({ queueMs }) => milliseconds(queueMs),
  "x-connect-ms": ({ connectMs }) => milliseconds(connectMs),
  "x-first-byte-ms": ({ firstByteMs }) => milliseconds(firstByteMs),
  "x-reason": ({ reason }) => reason,
  "x-blame": ({ blame }) => blame,
  "x-log-id": ({ logId }) => logId,
  "x-trace-id": ({ traceId }) => traceId,
  "x-span-id": ({ spanId }) => spanId,
} as const satisfies Partial<Record<W3cField, Get>>;
