import type { ExchangeRecord } from "../farm/exchange-record.ts";
import { apacheTime } from "./log-times.ts";
import type { RequestReader } from "./request-reader.ts";

/**
 * Apache's combined log format, `%h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-agent}i"`, escaped as Apache does
 * (https://httpd.apache.org/docs/2.4/mod/mod_log_config.html): no request can end a line or a quoted text.
 */
export function combinedLine(request: RequestReader): (record: ExchangeRecord) => string {
  return (record) => {
    const { clientAddress, method, version, status, responseBytes, startedTime } = record;
    const requestLine = method === "" ? "-" : `${method} ${request.target(record)} HTTP/${version}`;
    const texts = `"${escaped(requestLine)}" ${status === 0 ? "-" : status} ${responseBytes}`;
    const referer = escaped(request.referer(record)) || "-";
    const agent = escaped(request.userAgent(record)) || "-";
    return `${clientAddress} - - [${apacheTime(startedTime)}] ${texts} "${referer}" "${agent}"\n`;
  };
}

const special = /[^ !#-[\]-~]/;
const specials = /[^ !#-[\]-~]/g;

function escaped(text: string): string {
  return special.test(text) ? text.replace(specials, escape) : text;
}

function escape(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
