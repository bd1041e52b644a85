import type { FailoverConfig } from "../config/farm-config.ts";
import { faults, type Fault, type FaultCode } from "../farm/faults.ts";
import { reasons } from "../http/reasons.ts";
import type { ClientSide } from "./client-side.ts";
import type { OwnResponse } from "./response-writer.ts";

/** Answers for the router itself. Nothing of the answer tells where a member is or what went wrong inside. */
export function respondFault(client: ClientSide, code: FaultCode): void {
  client.record.failed(code);
  write(client, responses.get(code) ?? internalError, faults[code].status);
}

/** The same for a farm that says when to come again, and may have a page of its own. */
export function prepareRefusal(
  code: FaultCode,
  { retryAfterSeconds, sorryPage }: Pick<FailoverConfig, "retryAfterSeconds" | "sorryPage">,
): OwnResponse {
  return prepare(code, faults[code], retryAfterSeconds, sorryPage);
}

/** The same answer as `respondFault`'s with a Retry-After of its own, to be made once. */
export function prepareFault(code: FaultCode, retryAfterSeconds: number): OwnResponse {
  return prepare(code, faults[code], retryAfterSeconds);
}

/** Answers with what `prepareFault` has made for that code. */
export function respondPrepared(client: ClientSide, code: FaultCode, response: OwnResponse): void {
  client.record.failed(code);
  write(client, response, faults[code].status);
}

/** RFC 9110 15.4: 301 for what is read, 308 for what must keep its method and body. */
export function respondRedirect(client: ClientSide, location: string): void {
  redirectAsRule(client, redirectStatus(client.head.method), location);
}

export function redirectStatus(method: string): 301 | 308 {
  return method === "GET" || method === "HEAD" ? 301 : 308;
}

/** As a rule has it. `reason`, `body`: "" = the usual one. The body is text, or HTML where it begins like that. */
export function respondAsRule(client: ClientSide, status: number, reason: string, body: string): void {
  const title = `${status} ${reason === "" ? (reasons[status] ?? "") : reason}`;
  const page = body === "" ? simplePage(title) : Buffer.from(body).toString("latin1");
  const type = page.trimStart().startsWith("<") ? "text/html" : "text/plain";
  const fields = `Content-Type: ${type}; charset=utf-8\r\nContent-Length: ${page.length}\r\nCache-Control: no-store\r\n`;
  write(client, { head: `HTTP/1.1 ${title}\r\n${fields}`, body: page }, status);
}

/** `location`: ASCII. */
export function redirectAsRule(client: ClientSide, status: number, location: string): void {
  const head = `HTTP/1.1 ${status} ${reasons[status]}\r\nLocation: ${location}\r\nContent-Length: 0\r\n`;
  write(client, { head, body: "" }, status);
}

/** 200 with a text that must not be kept by anybody. */
export function respondText(client: ClientSide, text: string): void {
  const fields = `Content-Type: application/octet-stream\r\nContent-Length: ${text.length}\r\nCache-Control: no-store\r\n`;
  write(client, { head: `HTTP/1.1 200 OK\r\n${fields}`, body: text }, 200);
}

function write(client: ClientSide, response: OwnResponse, status: number): void {
  if (!client.body.done || !client.head.keepAlive || client.finished) client.closing = true;
  client.record.status = status;
  client.writer.own(response);
  client.exchangeDone();
}

function prepare(
  code: string,
  { status, text }: Fault,
  retryAfterSeconds = status === 503 ? 5 : 0,
  page: string | null = null,
): OwnResponse {
  const title = `${status} ${reasons[status] ?? "Error"}`;
  const body = page ?? shortPage(title, text, code);
  const retryAfter = retryAfterSeconds === 0 ? "" : `Retry-After: ${retryAfterSeconds}\r\n`;
  const fields = `Content-Type: text/html; charset=utf-8\r\nContent-Length: ${body.length}\r\nCache-Control: no-store\r\n`;
  return { head: `HTTP/1.1 ${title}\r\nX-Fairlead-Error: ${code}\r\n${fields}${retryAfter}`, body };
}

function simplePage(title: string): string {
  const text = title.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${text}</title></head><body><h1>${text}</h1></body></html>
`;
}

function shortPage(title: string, text: string, code: string): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1><p>${text}</p><p><small>Fairlead: ${code}</small></p></body></html>
`;
}

const internalError = prepare("internal-error", faults["internal-error"]);
const responses: ReadonlyMap<string, OwnResponse> = new Map(
  Object.entries(faults).map(([code, fault]) => [code, prepare(code, fault)]),
);
