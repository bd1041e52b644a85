import type { RuleRequest } from "../../src/rules/rule-request.ts";
import { cookedPath, splitQuery } from "./reference-url.ts";

/** A request on its way through the rules. */
export interface RequestState {
  readonly request: RuleRequest;
  /** What rules have set, by upper-case names; "" = removed. */
  readonly set: Map<string, string>;
  /** As it would be sent on now. */
  target: string;
}

export function currentPath({ target }: RequestState): string {
  return cookedPath(splitQuery(target).path);
}

/** A server variable as of now; "" = unknown, or nothing there. */
export function variableOf(name: string, state: RequestState): string {
  const set = state.set.get(name);
  if (set !== undefined) return set;
  const fixed = requestVariable(name, state) ?? urlVariable(name, state);
  if (fixed !== null) return fixed;
  return name.startsWith("HTTP_") ? headerOf(name.slice("HTTP_".length), state.request) : "";
}

/** The same from the first rule to the last. */
function requestVariable(name: string, state: RequestState): string | null {
  const { request } = state;
  switch (name) {
    case "HTTP_HOST":
      return request.host;
    case "HTTPS":
      return request.https ? "on" : "off";
    case "SERVER_NAME":
      return request.host.replace(/:\d*$/, "");
    case "SERVER_PORT":
      return /:(\d+)$/.exec(request.host)?.[1] ?? String(request.localPort);
    case "SERVER_PORT_SECURE":
      return request.https ? "1" : "0";
    case "REQUEST_METHOD":
      return request.method;
    case "SERVER_PROTOCOL":
    case "HTTP_VERSION":
      return "HTTP/1.1";
    case "REMOTE_ADDR":
    case "REMOTE_HOST":
      return request.clientAddress;
    case "REMOTE_PORT":
      return String(request.clientPort);
    case "LOCAL_ADDR":
      return request.localAddress;
    case "CONTENT_TYPE":
    case "CONTENT_LENGTH":
      return variableOf(`HTTP_${name}`, state);
    default:
      return null;
  }
}

function urlVariable(name: string, state: RequestState): string | null {
  const { request } = state;
  const { query } = splitQuery(state.target);
  const url = `/${currentPath(state)}`;
  const search = query === "" ? "" : `?${query}`;
  switch (name) {
    case "URL":
    case "PATH_INFO":
    case "SCRIPT_NAME":
      return url;
    case "QUERY_STRING":
      return query;
    case "REQUEST_URI":
      return url + search;
    case "CACHE_URL": {
      const authority = `${requestVariable("SERVER_NAME", state)}:${requestVariable("SERVER_PORT", state)}`;
      return `${request.https ? "https" : "http"}://${authority}${url}${search}`;
    }
    case "UNENCODED_URL":
    case "HTTP_URL":
      return request.target;
    case "HTTP_X_ORIGINAL_URL": {
      const original = splitQuery(request.target);
      return `/${cookedPath(original.path)}${original.query === "" ? "" : `?${original.query}`}`;
    }
    default:
      return null;
  }
}

/** All lines of a header that has "_" in its name for "-". */
function headerOf(name: string, { head, fieldsStart }: RuleRequest): string {
  return joinedLines(name, headLines(head.slice(fieldsStart)));
}

export function joinedLines(name: string, lines: readonly (readonly [name: string, value: string])[]): string {
  const wanted = name.replaceAll("_", "-").toLowerCase();
  return lines
    .filter(([candidate]) => candidate.toLowerCase().replaceAll("_", "-") === wanted)
    .map(([, value]) => value)
    .join(", ");
}

function headLines(fields: string): [string, string][] {
  return fields
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).replaceAll(/^[ \t]+|[ \t]+$/g, "")];
    });
}
