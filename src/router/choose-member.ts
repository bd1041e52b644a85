import type { FaultCode } from "../farm/faults.ts";
import type { Exchange } from "../forward/exchange.ts";
import type { ConnectedMember } from "../net/connected-member.ts";
import { pinnedConnection } from "./connect-member.ts";
import type { RoutedFarm } from "./routed-farm.ts";

/** The one member that the request may go to as things are: its connection belongs there, or its client does; null = any. */
export function ownMember(exchange: Exchange, farm: RoutedFarm): ConnectedMember | null {
  const { boundTo } = exchange;
  const pinned = pinnedConnection(exchange);
  if (pinned !== null) return pinned.member;
  return boundTo !== null && farm.serves(boundTo) ? boundTo : null;
}

/** A member, "busy" = one is to be waited for, or why there is none. */
type Choice = ConnectedMember | "busy" | Extract<FaultCode, "no-member-available" | "affinity-member-down">;

/** The member for a request's first attempt: the one that its client belongs to, else the balance's. */
export function chooseMember(exchange: Exchange, farm: RoutedFarm): Choice {
  const { boundTo } = exchange;
  if (boundTo !== null && farm.serves(boundTo)) return boundTo.full ? "busy" : boundTo;
  if (farm.affinity?.refuses(exchange) === true) return "affinity-member-down";
  return farm.chooseFor(exchange) ?? (farm.isBusy(exchange.tried) ? "busy" : "no-member-available");
}
