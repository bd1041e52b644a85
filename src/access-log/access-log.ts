import type { AccessLogConfig } from "../config/config.ts";
import type { ExchangeObserver, ExchangeRecord } from "../farm/exchange-record.ts";
import { routingPath } from "../http/routing-path.ts";
import { combinedLine } from "./combined-line.ts";
import { jsonLine } from "./json-line.ts";
import { queryRedactor } from "./redact-query.ts";
import { requestReader } from "./request-reader.ts";
import { w3cLine } from "./w3c-line.ts";

/** Makes a line of each request that is over, and gives it to `write`. */
export function accessLog(config: AccessLogConfig, write: (line: string) => void): ExchangeObserver {
  const line = lineOf(config);
  const isExcluded = exclusion(config.exclude);
  return (record) => {
    if (!isExcluded(record)) write(line(record));
  };
}

function lineOf({ format, fields, redact }: AccessLogConfig): (record: ExchangeRecord) => string {
  const request = requestReader(queryRedactor(redact));
  if (format === "w3c") return w3cLine(fields, request);
  return format === "json" ? jsonLine(fields, request) : combinedLine(request);
}

/** Health checks and the like are of no interest until they fail. */
function exclusion(paths: readonly string[]): (record: ExchangeRecord) => boolean {
  if (paths.length === 0) return () => false;
  const below = paths.map((path) => (path === "/" ? path : `${path}/`));
  const isBelow = (path: string): boolean => paths.includes(path) || below.some((start) => path.startsWith(start));
  return ({ reason, status, target }) => {
    if (reason !== "ok" || status >= 400) return false;
    const path = routingPath(target);
    return path !== null && isBelow(path);
  };
}
