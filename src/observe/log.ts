import { type DestinationStream, pino } from "pino";
import type { Clock } from "../util/clock.ts";
import { type LogEventName, type LogFields, type LogLevel, logEvents } from "./log-events.ts";
import { prettyLine } from "./pretty-line.ts";

/** Writes the events of `log-events.ts` and nothing else. */
export type Log = <E extends LogEventName>(event: E, fields: LogFields<E>) => void;

export interface LogOptions {
  readonly destination: DestinationStream;
  readonly clock: Clock;
  readonly level: LogLevel;
  /** "lines": for a person at a terminal. */
  readonly format: "json" | "lines";
}

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const maxTextLength = 4000;

export function createLog(options: LogOptions): Log {
  const write = options.format === "json" ? jsonWriter(options) : lineWriter(options);
  return (event, fields) => {
    const { level } = logEvents[event];
    if (ranks[level] >= ranks[options.level]) write(event, onlyListed(event, fields));
  };
}

/** Standard output (1) or error (2). Synchronous: the last lines before an exit are not lost. */
export function logDestination(fd: 1 | 2): DestinationStream {
  return pino.destination({ fd, sync: true });
}

/** Drops everything, for tests and commands that print results. */
export const noLog: Log = () => undefined;

type Write = (event: LogEventName, fields: Readonly<Record<string, string | number>>) => void;

function jsonWriter({ destination, clock, level }: LogOptions): Write {
  const time = (): string => `,"time":"${new Date(clock.now()).toISOString()}"`;
  const formatters = { level: (label: string) => ({ level: label }) };
  const logger = pino({ level, base: null, timestamp: time, formatters }, destination);
  return (event, fields) => logger[logEvents[event].level]({ event, ...fields }, messageOf(event, fields));
}

function lineWriter({ destination, clock }: LogOptions): Write {
  return (event, fields) => {
    const { level } = logEvents[event];
    destination.write(prettyLine(new Date(clock.now()), level, messageOf(event, fields)));
  };
}

/** What the type says is also held at run time, where an object may carry more than its type. */
function onlyListed(event: LogEventName, values: object): Record<string, string | number> {
  const listed: Record<string, string | number> = {};
  const all = new Map<string, unknown>(Object.entries(values));
  for (const field of Object.keys(logEvents[event].fields)) {
    const value = all.get(field);
    if (typeof value === "string") listed[field] = value.slice(0, maxTextLength);
    else if (typeof value === "number") listed[field] = value;
  }
  return listed;
}

function messageOf(event: LogEventName, fields: Readonly<Record<string, string | number>>): string {
  return logEvents[event].text.replaceAll(/\{(\w+)\}/g, (_all, field: string) => String(fields[field] ?? "-"));
}
