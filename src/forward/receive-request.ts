import type { FaultCode } from "../farm/faults.ts";
import { dropHedge } from "./drop-hedge.ts";
import { breakExchange, endEarly, finishExchange, giveUp } from "./end-exchange.ts";
import type { Exchange } from "./exchange.ts";
import { releaseMember } from "./member-flow.ts";
import { respondFault } from "./own-response.ts";
import { sendBody } from "./send-request.ts";
import { tunnelHalfClosed, tunnelToMember } from "./tunnel.ts";

/** Bytes have come from the client in the middle of an exchange. Returns those that belong to the next request. */
export function requestBytes(exchange: Exchange, bytes: Buffer): Buffer | null {
  if (exchange.phase === "tunnel") {
    tunnelToMember(exchange, bytes);
    return null;
  }
  if (exchange.requestRead) return bytes;
  const { body } = exchange.client;
  const end = body.scan(bytes, 0);
  if (end === -1) {
    requestMalformed(exchange, "bad-request");
    return null;
  }
  if (body.content > exchange.maxBodyBytes) {
    bodyTooLarge(exchange);
    return null;
  }
  exchange.requestRead = body.done;
  exchange.client.record.requestBytes += end;
  sendBody(exchange, end === bytes.length ? bytes : bytes.subarray(0, end));
  const rest = end < bytes.length ? bytes.subarray(end) : null;
  if (exchange.phase === "draining" && body.done) finishExchange(exchange);
  return rest;
}

/** Nothing of what is too much goes to the member. A response that is complete already stays one. */
function bodyTooLarge(exchange: Exchange): void {
  if (exchange.phase !== "draining") {
    requestMalformed(exchange, "body-too-large");
    return;
  }
  exchange.client.record.failed("body-too-large");
  endEarly(exchange);
}

/** The request can't be read (further): it is answered where that is still possible, and the connection ends. */
export function requestMalformed(exchange: Exchange, code: FaultCode): void {
  if (exchange.answered) {
    breakExchange(exchange, code);
    return;
  }
  giveUp(exchange, code);
  exchange.client.closing = true;
  respondFault(exchange.client, code);
}

/** The client, whose turn it was to read, takes more. */
export function clientDrained(exchange: Exchange): void {
  if (exchange.rewriting === null) releaseMember(exchange);
  else {
    exchange.client.armTimeout(exchange.farm?.config.timeouts.idleMs ?? 0);
    exchange.rewriting.body.resume();
  }
}

/** The client has gone in the middle of the exchange. */
export function clientGone(exchange: Exchange): void {
  giveUp(exchange, "client-closed");
  exchange.routing.ended(exchange);
  exchange.reset();
}

/**
 * The client sends no more. In the middle of its request it has gone; behind it the half-close is passed on, and the
 * member decides, as it would without us, whether it still answers.
 */
export function clientHalfClosed(exchange: Exchange): void {
  const { client } = exchange;
  // Mostly it has gone: one attempt is enough to find that out.
  dropHedge(exchange);
  if (exchange.phase === "tunnel") tunnelHalfClosed(exchange, "client");
  else if (exchange.phase === "draining") endEarly(exchange);
  else if (!exchange.requestRead) breakExchange(exchange, "client-closed");
  else if (exchange.requestSent && client.finished) exchange.connection?.socket.end();
}
