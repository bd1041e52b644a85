import type { MemberConnection } from "../net/connected-member.ts";
import { breakExchange, endConnection } from "./end-exchange.ts";
import { block } from "./client-side.ts";
import type { Exchange } from "./exchange.ts";

/** The member has agreed to the upgrade: from here on bytes go both ways as they come (WebSocket, RDG). */
export function beginTunnel(exchange: Exchange, connection: MemberConnection, fromMember: Buffer): void {
  const { client } = exchange;
  exchange.phase = "tunnel";
  client.closing = true;
  if (fromMember.length > 0) tunnelToClient(exchange, connection, fromMember);
  const early = client.takeHeld();
  if (early !== null) tunnelToMember(exchange, early);
  armIdle(exchange);
}

export function tunnelToClient(exchange: Exchange, connection: MemberConnection, bytes: Buffer): void {
  armIdle(exchange);
  exchange.client.record.responseBytes += bytes.length;
  if (exchange.client.writer.body(bytes)) return;
  exchange.clientFull = true;
  connection.socket.pause();
}

export function tunnelToMember(exchange: Exchange, bytes: Buffer): void {
  armIdle(exchange);
  exchange.client.record.requestBytes += bytes.length;
  if (exchange.connection?.socket.write(bytes) === false) exchange.client.reading.block(block.memberFull);
}

/** One side has sent its last byte; the other one may go on. */
export function tunnelHalfClosed(exchange: Exchange, by: "client" | "member"): void {
  const { client, connection } = exchange;
  if (by === "client") connection?.socket.end();
  else client.writer.end();
  const memberDone = connection === null || connection.socket.readableEnded;
  if (client.ended && memberDone) endTunnel(exchange);
}

/** The member's connection is closed. Where that was not its way to end, the client shall not take it for one. */
export function tunnelClosed(exchange: Exchange, connection: MemberConnection): void {
  if (connection.socket.readableEnded) endTunnel(exchange);
  else breakExchange(exchange, "tunnel-broken");
}

function endTunnel(exchange: Exchange): void {
  endConnection(exchange);
  exchange.client.exchangeDone();
}

function armIdle(exchange: Exchange): void {
  exchange.client.armTimeout(exchange.farm?.config.timeouts.idleMs ?? 0);
}
