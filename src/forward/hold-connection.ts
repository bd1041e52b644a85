import type { ConnectionOwner, MemberConnection } from "../net/connected-member.ts";
import type { Exchange } from "./exchange.ts";

/** The connection works for this request from now on, and `owner` hears what happens on it. */
export function holdConnection({ client }: Exchange, connection: MemberConnection, owner: ConnectionOwner): void {
  connection.owner = owner;
  connection.sink = client.sink;
  connection.collector.clear();
  connection.member.current++;
  connection.member.held.add(connection);
  connection.heldSince = client.record.startedAt;
}
