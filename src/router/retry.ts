import { faults, type FaultCode } from "../farm/faults.ts";
import type { Exchange } from "../forward/exchange.ts";
import type { ConnectedMember } from "../net/connected-member.ts";
import type { RoutedFarm } from "./routed-farm.ts";

/** Can the request, after an attempt failed with `code`, be sent again without harm? */
export function maySendAgain(exchange: Exchange, farm: RoutedFarm, code: FaultCode): boolean {
  // The client was told to go on, bytes of the body are gone, or the connection spoke for one user.
  if (exchange.interimCount > 0 || !exchange.allKept) return false;
  if (exchange.failedOn?.carriedAuth === true || exchange.connection?.carriedAuth === true) return false;
  const { retry } = faults[code];
  // No member has seen anything of it.
  if (exchange.phase === "connecting") return true;
  return retry === "always" || (retry === "if-idempotent" && farm.policy.mayRepeat(exchange.client.head.method));
}

/** The member for one more attempt after `code`, which its farm can afford; null = there is none. */
export function otherMember(exchange: Exchange, farm: RoutedFarm, code: FaultCode): ConnectedMember | null {
  const { member, tried } = exchange;
  if (farm.affinity?.refuses(exchange) === true) return null;
  // A reload may have put another farm in its place, and verdicts are told to that one.
  farm.refresh();
  // An operator's word is nobody's failure: it costs neither a try nor the budget.
  if (code === "member-withdrawn") return farm.chooseFor(exchange);
  if (exchange.attempts >= farm.config.failover.tries) return null;
  if (member !== null && !tried.includes(member)) tried.push(member);
  const other = farm.chooseFor(exchange);
  if (other === null) return null;
  // Of what nobody has seen sending again is no more load than sending.
  return faults[code].retry === "always" || farm.budget.take(exchange.monotonic()) ? other : null;
}

/** Would `otherMember` give one at this moment to a request that was sent? */
export function couldMove(exchange: Exchange, farm: RoutedFarm): boolean {
  if (exchange.attempts >= farm.config.failover.tries || farm.affinity?.refuses(exchange) === true) return false;
  return farm.hasOther(exchange.tried, exchange.member) && farm.budget.allows(exchange.monotonic());
}

/** A connection that had waited was closed by the member just when it was used: nobody's fault, and not a new attempt. */
export function wentStale(exchange: Exchange, code: FaultCode): boolean {
  const reused = exchange.failedOn !== null && exchange.failedOn.earlierRequests > 0;
  return reused && code === "member-closed" && !exchange.retriedStale;
}
