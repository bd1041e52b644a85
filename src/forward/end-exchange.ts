import type { FaultCode } from "../farm/faults.ts";
import { framing } from "../http/framing.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { MemberConnection } from "../net/connected-member.ts";
import { block } from "./client-side.ts";
import { dropHedge } from "./drop-hedge.ts";
import type { Exchange } from "./exchange.ts";
import { noteConnected } from "./note-connected.ts";
import { respondFault } from "./own-response.ts";

/** The attempt came to nothing; the router decides whether there is another one. */
export function failAttempt(exchange: Exchange, code: FaultCode): void {
  if (exchange.answered) {
    breakExchange(exchange, code);
    return;
  }
  if (code === "member-closed" && exchange.requestSent && isRpcChannel(exchange)) {
    closeChannel(exchange);
    return;
  }
  if (code === "member-closed" && followedClient(exchange)) {
    giveUp(exchange, "client-closed");
    respondFault(exchange.client, code);
    return;
  }
  if (exchange.phase === "connecting") noteConnected(exchange);
  exchange.failedOn = exchange.connection;
  discardConnection(exchange);
  exchange.routing.attemptFailed(exchange, code);
}

/**
 * The member closed because it was told that the client sends no more, which mostly means that the client has gone: no
 * fault of the member's, and nothing to send elsewhere. A connection that had waited may have been closed before that.
 */
function followedClient({ client, connection, requestSent }: Exchange): boolean {
  return client.finished && requestSent && connection?.earlierRequests === 0;
}

/** RPC over HTTP ends its channels by closing them, mostly without a response ([MS-RPCH] 3.2): the client's closes too. */
function closeChannel(exchange: Exchange): void {
  giveUp(exchange, "channel-closed");
  exchange.client.closing = true;
  exchange.client.exchangeDone();
}

function isRpcChannel({ client }: Exchange): boolean {
  return client.head.method === "RPC_IN_DATA" || client.head.method === "RPC_OUT_DATA";
}

/** The member has closed before its response was complete. */
export function cutResponse(exchange: Exchange): void {
  if (exchange.rewriting?.memberDone === true) return;
  if (isRpcChannel(exchange)) closeChannel(exchange);
  else breakExchange(exchange, exchange.client.finished ? "client-closed" : "response-cut");
}

/** Nothing true can be said to the client any more: both connections end here. */
export function breakExchange(exchange: Exchange, code: FaultCode): void {
  giveUp(exchange, code);
  exchange.client.abort();
}

/** The exchange comes to no good end: that is counted, and the member's connection is closed. */
export function giveUp(exchange: Exchange, code: FaultCode): void {
  dropHedge(exchange);
  exchange.client.record.failed(code);
  exchange.leaveLine();
  exchange.routing.broken(exchange, code);
  discardConnection(exchange);
}

/** The last byte of the response has gone to the client. `surplus`: the member sent more than its response. */
export function responseComplete(exchange: Exchange, connection: MemberConnection, surplus: boolean): void {
  const { client, farm } = exchange;
  if (surplus) connection.head.keepAlive = false;
  client.writer.complete();
  if (exchange.requestRead || client.closing) {
    finishExchange(exchange);
    return;
  }
  // An early response: what is left of the request must be read before the next one, so it goes where it belongs.
  exchange.phase = "draining";
  client.armTimeout(farm?.config.timeouts.idleMs ?? 0);
}

/** Gives the member's connection back and lets the client go on. */
export function finishExchange(exchange: Exchange): void {
  const { connection, client } = exchange;
  if (connection !== null) {
    if (mayBeKept(exchange, connection)) keepConnection(exchange, connection);
    else endConnection(exchange);
  }
  exchange.phase = "none";
  client.exchangeDone();
}

/** The response is complete, but the rest of the request has nowhere to go or does not come: the client's connection ends. */
export function endEarly(exchange: Exchange): void {
  exchange.client.closing = true;
  finishExchange(exchange);
}

/** Closes the member's connection; what is authenticated on it ends for the client too. */
export function discardConnection(exchange: Exchange): void {
  const { connection } = exchange;
  exchange.phase = "none";
  if (connection === null) return;
  if (connection.carriedAuth) exchange.client.closing = true;
  release(exchange, connection);
  connection.discard();
}

/** Closes the member's connection once it has taken what was written to it. */
export function endConnection(exchange: Exchange): void {
  const { connection } = exchange;
  exchange.phase = "none";
  if (connection === null) return;
  if (connection.carriedAuth) exchange.client.closing = true;
  release(exchange, connection);
  connection.member.finish(connection);
}

function release(exchange: Exchange, connection: MemberConnection): void {
  exchange.client.record.pinned = connection.carriedAuth || exchange.farm?.config.connectionAuth === "pin";
  exchange.connection = null;
  exchange.requestSent = false;
  exchange.clientFull = false;
  exchange.dropRewriting();
  connection.owner = null;
  connection.member.current--;
  connection.member.held.delete(connection);
  connection.member.freed?.();
  exchange.client.reading.unblock(block.memberFull);
  exchange.client.pins.delete(connection.member.farm);
}

function mayBeKept(exchange: Exchange, connection: MemberConnection): boolean {
  const { head } = connection;
  const complete = exchange.requestRead && head.keepAlive && head.framing !== framing.untilClose;
  const wanted = connection.member.state !== "unavailable";
  return complete && wanted && connection.usable && !exchange.client.finished;
}

function keepConnection(exchange: Exchange, connection: MemberConnection): void {
  const { client, farm, member } = exchange;
  if (farm === null || member === null) return;
  if (exchange.clientFull) connection.socket.resume();
  release(exchange, connection);
  connection.earlierRequests++;
  if (connection.carriedAuth || farm.config.connectionAuth === "pin") {
    client.pin(connection);
    return;
  }
  // Some servers do not read a body where they expect none, or once they have answered, and would take it for the next
  // client's request.
  if (exchange.early || hasUnusualBody(client.head)) {
    // The end of the body may still be on its way to the socket.
    member.finish(connection);
    return;
  }
  const announcedMs = connection.head.keepAliveSeconds * 1000 - 1000;
  const configuredMs = farm.config.timeouts.memberKeepAliveMs;
  if (connection.head.keepAliveSeconds === 0) member.putIdle(connection, configuredMs);
  else if (announcedMs <= 0) connection.discard();
  else member.putIdle(connection, configuredMs === 0 ? announcedMs : Math.min(announcedMs, configuredMs));
}

const bodylessMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

function hasUnusualBody(head: RequestHead): boolean {
  return head.framing !== framing.none && bodylessMethods.has(head.method);
}
