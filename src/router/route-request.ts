import { faults, type FaultCode } from "../farm/faults.ts";
import { memberMetrics } from "../farm/member-metrics.ts";
import type { Exchange, RequestRouting } from "../forward/exchange.ts";
import { discardConnection } from "../forward/end-exchange.ts";
import { originTarget } from "../http/request-head.ts";
import { respondFault } from "../forward/own-response.ts";
import type { ConnectedMember, MemberConnection } from "../net/connected-member.ts";
import { add } from "../observe/metric-layout.ts";
import { openConnection, pinnedConnection, useConnection } from "./connect-member.ts";
import { refused } from "./limits.ts";
import { isSafe, maySendAgain, wentStale } from "./retry.ts";
import type { Snapshot } from "./snapshot.ts";

/** Tells the control side of a failure that counts against a member. */
export type ReportFailure = (member: ConnectedMember, code: FaultCode) => void;

/**
 * THE page of a request's life: receive -> choose farm -> pinned or balance -> forward (failed -> next member) ->
 * respond. What does not hold to the limits is answered on the way. `snapshot` gives the present configuration; a request
 * takes it once.
 */
export function createRouting(
  snapshot: () => Snapshot,
  report: ReportFailure,
  ended: RequestRouting["ended"],
): RequestRouting {
  return {
    receive(exchange) {
      const { head } = exchange.client;
      if (head.method === "CONNECT") {
        // What follows is meant for somebody else and must not be read as requests.
        exchange.client.closing = true;
        respondFault(exchange.client, "connect-not-supported");
        return;
      }
      const { identify, limits, routes, senders } = snapshot();
      identify?.(exchange.client);
      if (limits !== null && refused(exchange, limits, senders)) return;
      const route = routes.find(head.host, originTarget(head));
      if (route === null) respondFault(exchange.client, "no-route");
      else if (route === "malformed") respondFault(exchange.client, "bad-request");
      else {
        exchange.farm = route.farm;
        if (route.limits === null || !refused(exchange, route.limits, senders)) firstAttempt(exchange);
      }
    },

    attemptFailed(exchange, code) {
      const stale = wentStale(exchange, code);
      if (!stale) count(exchange, code, report);
      if (!maySendAgain(exchange, code)) fail(exchange, code);
      else if (stale) sendAgain(exchange);
      else nextMember(exchange, code);
    },

    preferOther(exchange, status) {
      if (status !== 503) return false;
      count(exchange, "member-503", report);
      if (!isSafe(exchange.client.head.method) || !exchange.requestRead) return false;
      exchange.failedOn = exchange.connection;
      if (!maySendAgain(exchange, "member-503")) return false;
      const other = otherMember(exchange);
      if (other === null) return false;
      discardConnection(exchange);
      exchange.client.record.retriedFor = "member-503";
      attempt(exchange, other, openConnection(exchange, other, false));
      return true;
    },

    broken(exchange, code) {
      count(exchange, code, report);
    },

    ended,
  };
}

function firstAttempt(exchange: Exchange): void {
  // A pinned farm's connections belong to one client connection each, and many requests share this one.
  if (exchange.client.multiplexed && exchange.farm?.config.connectionAuth === "pin") {
    exchange.client.writer.requireHttp1();
    return;
  }
  const pinned = pinnedConnection(exchange);
  if (pinned !== null) {
    attempt(exchange, pinned.member, pinned);
    return;
  }
  const member = exchange.farm?.choose(exchange.tried) ?? null;
  if (member === null) fail(exchange, "no-member-available");
  else attempt(exchange, member, openConnection(exchange, member, false));
}

/** Once more to another member, as often as the farm allows. */
function nextMember(exchange: Exchange, code: FaultCode): void {
  const other = otherMember(exchange);
  if (other === null) {
    fail(exchange, code);
    return;
  }
  exchange.client.record.retriedFor = code;
  attempt(exchange, other, openConnection(exchange, other, false));
}

function otherMember(exchange: Exchange): ConnectedMember | null {
  const { farm, member } = exchange;
  if (farm === null || exchange.attempts >= farm.config.failover.tries) return null;
  if (member !== null && !exchange.tried.includes(member)) exchange.tried.push(member);
  return farm.choose(exchange.tried);
}

/** To the same member, on a connection that can't be stale. */
function sendAgain(exchange: Exchange): void {
  const { member } = exchange;
  if (member === null) return;
  exchange.retriedStale = true;
  exchange.client.record.retriedFor = "member-closed";
  exchange.attempts--;
  attempt(exchange, member, openConnection(exchange, member, true));
}

function attempt(exchange: Exchange, member: ConnectedMember, connection: MemberConnection): void {
  exchange.attempts++;
  exchange.member = member;
  member.total++;
  add(member.counts, memberMetrics.requests, 1);
  useConnection(exchange, connection);
}

function count(exchange: Exchange, code: FaultCode, report: ReportFailure): void {
  const { member } = exchange;
  if (member === null || !faults[code].counts) return;
  member.failed++;
  add(member.counts, memberMetrics.failures(code), 1);
  report(member, code);
}

/** No further attempt: the client learns why, without a word about the inside. */
function fail(exchange: Exchange, code: FaultCode): void {
  // What was authenticated on the lost connection is lost for the client too: it must begin anew.
  if (exchange.failedOn?.carriedAuth === true) exchange.client.closing = true;
  respondFault(exchange.client, code);
}
