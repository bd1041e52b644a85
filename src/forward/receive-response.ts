import { farmMetrics } from "../farm/farm-metrics.ts";
import type { Member } from "../farm/member.ts";
import { memberResponsePlace } from "../farm/member-metrics.ts";
import { framing } from "../http/framing.ts";
import { parseResponseHead, type ResponseHead } from "../http/response-head.ts";
import type { MemberConnection } from "../net/connected-member.ts";
import { add } from "../observe/metric-layout.ts";
import { breakExchange, cutResponse, failAttempt, giveUp, responseComplete } from "./end-exchange.ts";
import type { Exchange } from "./exchange.ts";
import { dropHedge } from "./drop-hedge.ts";
import { changeResponse } from "./change-response.ts";
import { holdMember } from "./member-flow.ts";
import { beginRewriting, memberIsDone, rewriteBody } from "./rewrite-response.ts";
import { respondFault } from "./own-response.ts";
import type { ResponseWriter } from "./response-writer.ts";
import { armWaiting, dropKept } from "./send-request.ts";
import { beginTunnel } from "./tunnel.ts";

const maxHeadBytes = 256 * 1024;
const maxInterim = 64;

/** Bytes have come while the response's head is awaited. */
export function receiveHead(exchange: Exchange, connection: MemberConnection, bytes: Buffer): void {
  const { collector, head } = connection;
  let more = bytes;
  while (exchange.connection === connection && exchange.phase === "waiting" && more.length > 0) {
    if (!collector.add(more)) {
      if (collector.malformed || !couldBeHead(collector.begin)) failAttempt(exchange, "bad-response");
      else if (collector.length > maxHeadBytes) failAttempt(exchange, "response-too-large");
      return;
    }
    if (collector.text.length > maxHeadBytes) {
      failAttempt(exchange, "response-too-large");
      return;
    }
    more = collector.rest;
    const problem = parseResponseHead(collector.text, head, exchange.client.head.method);
    if (problem !== null) {
      failAttempt(exchange, "bad-response");
      return;
    }
    if (head.status >= 200 || head.status === 101) {
      // No other round: after it the exchange may be the next request's, even on this very connection.
      finalHead(exchange, connection, more);
      return;
    }
    relayInterim(exchange, connection);
  }
}

/** What cannot become a response is refused at once, not when the time is up. */
function couldBeHead(begin: string): boolean {
  return "HTTP/1.1 ".startsWith(begin) || "HTTP/1.0 ".startsWith(begin);
}

function relayInterim(exchange: Exchange, connection: MemberConnection): void {
  exchange.interimCount++;
  if (exchange.interimCount > maxInterim) {
    failAttempt(exchange, "bad-response");
    return;
  }
  armWaiting(exchange);
  exchange.client.writer.interim(connection.head);
}

function switchProtocols(exchange: Exchange, connection: MemberConnection, rest: Buffer): void {
  dropHedge(exchange);
  const { client, farm } = exchange;
  const unasked = client.head.upgrade === "" || !exchange.requestRead || connection.head.upgrade === "";
  if (unasked || client.writer.objection(connection.head) !== null) {
    failAttempt(exchange, "bad-response");
    return;
  }
  // It never is: this is how the router hears of the answer.
  if (exchange.routing.preferOther(exchange, 101)) return;
  exchange.answered = true;
  client.record.status = 101;
  // Counted down when the request is over.
  if (farm !== null) add(farm.counts, farmMetrics.tunnels, 1);
  client.writer.switched(connection.head);
  beginTunnel(exchange, connection, rest);
}

function finalHead(exchange: Exchange, connection: MemberConnection, rest: Buffer): void {
  const { client, member } = exchange;
  const { head } = connection;
  if (member === null) return;
  add(member.counts, memberResponsePlace(head.status), 1);
  client.record.firstByteMs = exchange.monotonic() - exchange.sentAt;
  if (head.unbound) client.addedLines = "";
  if (head.status === 101) {
    switchProtocols(exchange, connection, rest);
    return;
  }
  rateMember(member, head.status, client.record.firstByteMs, exchange.monotonic());
  if (exchange.routing.preferOther(exchange, head.status)) return;
  // Whatever has become of the request there: an answer is for the one that its connection carries.
  if (exchange.connection !== connection) return;
  dropHedge(exchange);
  const objection = client.writer.objection(head);
  if (objection === null) beginResponse(exchange, connection, rest);
  else refuseResponse(exchange, objection);
}

/** 502 to 504 say that it does not work; an application's own error tells nothing, unless nothing is known at all. */
function rateMember(member: Member, status: number, afterMs: number, now: number): void {
  if (status < 500) member.answered(afterMs, now);
  else if (status > 501 || member.latencyMs === 0) member.hasFailed(now);
}

function beginResponse(exchange: Exchange, connection: MemberConnection, rest: Buffer): void {
  const changed = exchange.outbound === null ? null : changeResponse(exchange, connection.head);
  const head = changed === null ? connection.head : changed.head;
  const { client, farm } = exchange;
  if (connection.head.connectionAuth) connection.carriedAuth = true;
  exchange.answered = true;
  dropKept(exchange);
  exchange.early = !exchange.requestRead;
  exchange.phase = "responding";
  connection.body.start(connection.head.framing, connection.head.contentLength);
  client.record.status = head.status;
  decideEnd(exchange, connection, head);
  client.armTimeout(farm?.config.timeouts.idleMs ?? 0);
  const rewriter = changed === null ? null : changed.rewriter;
  if (rewriter === null) passOn(exchange, connection, head, rest);
  else beginRewriting(exchange, connection, { head, rewriter }, rest);
}

/** The head, and the body as it comes. */
function passOn(exchange: Exchange, connection: MemberConnection, head: ResponseHead, rest: Buffer): void {
  const { body } = connection;
  if (rest.length > 0 && !body.done && !exchange.unchunk) writeHeadAndBody(exchange, connection, head, rest);
  else {
    if (!exchange.client.writer.head(head)) holdMember(exchange, connection);
    if (rest.length > 0 || body.done) receiveBody(exchange, connection, rest);
  }
}

/** How the client, who is sent this head, will see the response's end. */
function decideEnd(exchange: Exchange, connection: MemberConnection, head: ResponseHead): void {
  const { client } = exchange;
  const knowsChunks = !client.multiplexed && client.head.minor === 1;
  exchange.unchunk = head.framing === framing.chunked && !knowsChunks;
  if (!client.multiplexed && mustClose(exchange, connection, head)) client.closing = true;
}

function refuseResponse(exchange: Exchange, objection: NonNullable<ReturnType<ResponseWriter["objection"]>>): void {
  if (objection === "bad-response") {
    failAttempt(exchange, objection);
    return;
  }
  giveUp(exchange, objection);
  if (objection === "http1-required") exchange.client.writer.requireHttp1();
  else respondFault(exchange.client, objection);
}

function mustClose(exchange: Exchange, connection: MemberConnection, head: ResponseHead): boolean {
  const { client, requestRead, unchunk } = exchange;
  if (unchunk || !client.head.keepAlive || client.finished || head.framing === framing.untilClose) return true;
  // What is left of the request cannot be carried to a member that closes; what was authenticated ends together.
  return !connection.head.keepAlive && (!requestRead || connection.carriedAuth);
}

/** The usual case: the body, or its beginning, came with the head, and goes on with it. */
function writeHeadAndBody(exchange: Exchange, connection: MemberConnection, head: ResponseHead, rest: Buffer): void {
  const { body } = connection;
  const end = body.scan(rest, 0);
  if (end === -1) {
    breakExchange(exchange, "response-cut");
    return;
  }
  exchange.client.record.responseBytes += end;
  const content = end === rest.length ? rest : rest.subarray(0, end);
  if (!exchange.client.writer.headAndBody(head, content)) holdMember(exchange, connection);
  if (body.done) responseComplete(exchange, connection, end < rest.length);
}

/** Bytes of the body, in whatever pieces they come, go on at once. */
export function receiveBody(exchange: Exchange, connection: MemberConnection, bytes: Buffer): void {
  const { client, farm } = exchange;
  const { body } = connection;
  if (exchange.rewriting !== null) {
    rewriteBody(exchange, connection, bytes);
    return;
  }
  if (exchange.unchunk) body.chunked.ranges = [];
  const end = body.scan(bytes, 0);
  if (end === -1) {
    breakExchange(exchange, "response-cut");
    return;
  }
  if (end > 0) {
    client.record.responseBytes += end;
    const flowing = exchange.unchunk
      ? writeContent(exchange, connection, bytes)
      : client.writer.body(bytes.subarray(0, end));
    if (!flowing) holdMember(exchange, connection);
    client.armTimeout(farm?.config.timeouts.idleMs ?? 0);
  }
  if (body.done) responseComplete(exchange, connection, end < bytes.length);
}

function writeContent(exchange: Exchange, connection: MemberConnection, bytes: Buffer): boolean {
  const ranges = connection.body.chunked.ranges ?? [];
  let flowing = true;
  for (let index = 0; index < ranges.length; index += 2) {
    flowing = exchange.client.writer.body(bytes.subarray(ranges[index], ranges[index + 1]));
  }
  return flowing;
}

/** The member sends no more. Only a body that goes on until then may end so. */
export function receiveEnd(exchange: Exchange, connection: MemberConnection): void {
  if (exchange.phase === "responding" && connection.head.framing === framing.untilClose) {
    connection.body.done = true;
    if (exchange.rewriting === null) responseComplete(exchange, connection, false);
    else memberIsDone(exchange, connection);
  } else if (exchange.phase === "responding") cutResponse(exchange);
  else failAttempt(exchange, "member-closed");
}
