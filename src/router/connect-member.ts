import { block } from "../forward/client-side.ts";
import type { Exchange } from "../forward/exchange.ts";
import { holdConnection } from "../forward/hold-connection.ts";
import { sendRequest } from "../forward/send-request.ts";
import type { ConnectedMember, MemberConnection } from "../net/connected-member.ts";

/** The connection that belongs to this client connection in this farm, if its member may still be used. */
export function pinnedConnection(exchange: Exchange): MemberConnection | null {
  const { client, farm } = exchange;
  const pinned = client.pins.size === 0 ? undefined : client.pins.get(farm?.config.name ?? "");
  if (pinned === undefined) return null;
  // One that carried authentication is never left for another, whatever its member's health; where it is just being
  // lost, the request is lost with it.
  if (pinned.carriedAuth || (pinned.usable && pinned.member.open)) return pinned;
  client.pins.delete(pinned.member.farm);
  pinned.discard();
  return null;
}

/**
 * A connection to the member for this request. Shared ones are for requests that do not authenticate a connection; where
 * that is not certain, a connection of its own is dialled.
 */
export function openConnection(exchange: Exchange, member: ConnectedMember, fresh: boolean): MemberConnection {
  const own = fresh || exchange.farm?.config.connectionAuth !== "auto" || exchange.client.head.connectionAuth;
  return (own ? null : member.takeIdle()) ?? member.connect();
}

/** Begins the attempt: the request goes out as soon as the connection is there. */
export function useConnection(exchange: Exchange, connection: MemberConnection): void {
  const { client, farm } = exchange;
  exchange.connection = connection;
  holdConnection(exchange, connection, exchange.owner);
  client.record.connectMs = 0;
  client.record.firstByteMs = -1;
  if (connection.connected) {
    sendRequest(exchange);
    return;
  }
  exchange.dialledAt = exchange.monotonic();
  exchange.phase = "connecting";
  client.armTimeout(farm?.config.timeouts.connectMs ?? 0);
  // What comes meanwhile would have to be stored without a limit.
  if (!exchange.requestRead) client.reading.block(block.connecting);
}
