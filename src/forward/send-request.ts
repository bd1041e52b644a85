import type { MemberConnection } from "../net/connected-member.ts";
import { block } from "./client-side.ts";
import type { Exchange } from "./exchange.ts";
import { requestHeadText } from "./request-head-text.ts";
import { writeMessage } from "./write-message.ts";

const maxKeptPieces = 64;

/** The connection is there: the head and what has come of the body go out. */
export function sendRequest(exchange: Exchange): void {
  const { client, connection, farm } = exchange;
  if (connection === null || farm === null) return;
  exchange.phase = "waiting";
  exchange.requestSent = true;
  exchange.sentAt = exchange.monotonic();
  const flowing = writeRequest(exchange, connection, exchange.sentAt);
  client.reading.unblock(block.connecting);
  if (!flowing) client.reading.block(block.memberFull);
  if (exchange.keptBytes > farm.config.failover.replayBytes) dropKept(exchange);
  armWaiting(exchange);
  if (client.finished) connection.socket.end();
}

/** The head, and what is kept of the body. `now`: monotonic milliseconds. false = the socket is full. */
export function writeRequest(exchange: Exchange, connection: MemberConnection, now: number): boolean {
  const { client, kept, keptBytes } = exchange;
  const { member } = connection;
  if (client.head.connectionAuth) connection.carriedAuth = true;
  if (member.silentSince === 0) member.silentSince = now;
  const text = requestHeadText(client, exchange.changes);
  member.traffic += text.length + keptBytes;
  return writeMessage(connection.socket, text, kept, keptBytes);
}

/** More of the body has come from the client. */
export function sendBody(exchange: Exchange, bytes: Buffer): void {
  const { client, connection, farm } = exchange;
  if (farm === null) return;
  if (exchange.allKept) keep(exchange, bytes);
  if (exchange.phase === "connecting" || connection === null) return;
  if (!exchange.requestSent) return;
  if (exchange.keptBytes > farm.config.failover.replayBytes) dropKept(exchange);
  connection.member.traffic += bytes.length;
  if (!connection.socket.write(bytes)) client.reading.block(block.memberFull);
  if (exchange.phase === "waiting") armWaiting(exchange);
  else client.armTimeout(farm.config.timeouts.idleMs);
}

/**
 * Until the request is complete its bytes must keep coming; then the response has its time, which is shorter where another
 * member could answer.
 */
export function armWaiting(exchange: Exchange): void {
  const { client, farm } = exchange;
  if (farm === null) return;
  const { timeouts, failover } = farm.config;
  exchange.shortWait = false;
  if (!exchange.requestRead) client.armTimeout(timeouts.idleMs);
  else if (mayBeHedged(exchange)) {
    exchange.hedgeDue = true;
    client.armTimeout(failover.hedgeMs);
  } else {
    const shorter = timeouts.responseMs === 0 || failover.attemptMs < timeouts.responseMs;
    exchange.shortWait = failover.attemptMs > 0 && shorter && exchange.routing.hasOther(exchange);
    client.armTimeout(exchange.shortWait ? failover.attemptMs : timeouts.responseMs);
  }
}

/** Only what has no body, and once. */
function mayBeHedged({ client, farm, hedged, keptBytes }: Exchange): boolean {
  if (hedged || keptBytes > 0 || (farm?.config.failover.hedgeMs ?? 0) === 0) return false;
  return client.head.method === "GET" || client.head.method === "HEAD";
}

/** The short time is over, but nobody else could answer: the attempt has the rest of the time that any has. */
export function waitOn(exchange: Exchange): void {
  const { client, farm } = exchange;
  if (farm === null) return;
  const { timeouts, failover } = farm.config;
  exchange.shortWait = false;
  client.armTimeout(timeouts.responseMs === 0 ? 0 : timeouts.responseMs - failover.attemptMs);
}

function keep(exchange: Exchange, bytes: Buffer): void {
  const { kept } = exchange;
  // A body that trickles must not cost many times its size.
  if (kept.length === maxKeptPieces) kept.splice(0, maxKeptPieces, Buffer.concat(kept));
  kept.push(bytes);
  exchange.keptBytes += bytes.length;
}

/** The request will not be sent again. */
export function dropKept(exchange: Exchange): void {
  exchange.forgetBody();
  exchange.allKept = false;
}
