import type { MemberConnection } from "../net/connected-member.ts";
import type { Exchange } from "./exchange.ts";

/** The client takes no more for the moment: nothing more is read for it. */
export function holdMember(exchange: Exchange, connection: MemberConnection): void {
  exchange.clientFull = true;
  connection.socket.pause();
}

/** Undoes it. */
export function releaseMember(exchange: Exchange): void {
  if (!exchange.clientFull) return;
  exchange.clientFull = false;
  exchange.connection?.socket.resume();
  exchange.client.armTimeout(exchange.farm?.config.timeouts.idleMs ?? 0);
}
