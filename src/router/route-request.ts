import { faults, type FaultCode } from "../farm/faults.ts";
import { farmMetrics } from "../farm/farm-metrics.ts";
import { memberMetrics } from "../farm/member-metrics.ts";
import type { Exchange, RequestRouting } from "../forward/exchange.ts";
import { discardConnection } from "../forward/end-exchange.ts";
import { startHedge, takeHedge } from "../forward/hedge.ts";
import { originTarget } from "../http/request-head.ts";
import { respondFault, respondPrepared } from "../forward/own-response.ts";
import type { ConnectedMember, MemberConnection } from "../net/connected-member.ts";
import { add } from "../observe/metric-layout.ts";
import { chooseMember, ownMember } from "./choose-member.ts";
import { openConnection, pinnedConnection, useConnection } from "./connect-member.ts";
import { refused } from "./limits.ts";
import type { MemberReports } from "./member-reports.ts";
import { couldMove, maySendAgain, otherMember, wentStale } from "./retry.ts";
import type { RouteIndex } from "./route-index.ts";
import { farmOf, type RoutedFarm } from "./routed-farm.ts";
import type { Route } from "./routes.ts";
import type { Senders } from "./senders.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * THE page of a request's life: receive -> rules -> choose farm -> the client's own member, or the balance's -> forward (failed ->
 * next member) -> respond. What does not hold to the limits is answered on the way; where all are busy it waits.
 * `snapshot` gives the present configuration; a request takes it once.
 */
export function createRouting(
  snapshot: () => Snapshot,
  reports: MemberReports,
  ended: RequestRouting["ended"],
): RequestRouting {
  return {
    receive: (exchange) => receive(exchange, snapshot()),

    attemptFailed(exchange, code) {
      const farm = farmOf(exchange);
      const stale = wentStale(exchange, code);
      if (!stale) count(exchange, code, reports);
      if (takeHedge(exchange)) return;
      if (farm === null || !maySendAgain(exchange, farm, code)) fail(exchange, code);
      else if (stale) sendAgain(exchange);
      else nextMember(exchange, farm, code);
    },

    preferOther(exchange, status) {
      const farm = farmOf(exchange);
      if (farm === null) return false;
      const code = status === 503 ? "member-503" : "member-status";
      if (farm.policy.countsStatus(status)) count(exchange, code, reports);
      else if (exchange.member?.health === "trial") reports.answered(exchange.member);
      return mayLeave(exchange, farm, status) && move(exchange, farm, code);
    },

    moveElsewhere(exchange, code) {
      const farm = farmOf(exchange);
      // One that is down may still answer what it has; others that are down would answer nothing.
      if (farm === null || (code === "member-down" && !farm.available)) return false;
      return move(exchange, farm, code);
    },

    hedge(exchange) {
      const farm = farmOf(exchange);
      if (farm !== null) alsoAttempt(exchange, farm);
    },

    movedTo(exchange) {
      farmOf(exchange)?.affinity?.settle(exchange);
    },

    hasOther(exchange) {
      const farm = farmOf(exchange);
      return farm !== null && maySendAgain(exchange, farm, "attempt-timeout") && couldMove(exchange, farm);
    },

    queueTimedOut: waitedInVain,

    broken(exchange, code) {
      count(exchange, code, reports);
    },

    ended,
  };
}

function receive(exchange: Exchange, { identify, limits, rules, routes, senders }: Snapshot): void {
  const { head } = exchange.client;
  if (head.method === "CONNECT") {
    // What follows is meant for somebody else and must not be read as requests.
    exchange.client.closing = true;
    respondFault(exchange.client, "connect-not-supported");
    return;
  }
  identify?.(exchange.client);
  if (limits !== null && refused(exchange, limits, senders)) return;
  const ruled = rules === null ? null : rules.apply(exchange);
  if (ruled === "answered") return;
  if (ruled === null) byRoute(exchange, routes, senders);
  else {
    exchange.farm = ruled;
    firstAttempt(exchange, ruled);
  }
}

/** The routes decide, by what rules may have made of the request. */
function byRoute(exchange: Exchange, routes: RouteIndex<Route>, senders: Senders): void {
  const { client, changes } = exchange;
  const { head } = client;
  const route = routes.find(changes?.host ?? head.host, changes?.target ?? originTarget(head));
  if (route === null) respondFault(client, "no-route");
  else if (route === "malformed") respondFault(client, "bad-request");
  else {
    exchange.farm = route.farm;
    if (route.limits === null || !refused(exchange, route.limits, senders)) firstAttempt(exchange, route.farm);
  }
}

function firstAttempt(exchange: Exchange, farm: RoutedFarm): void {
  // A pinned farm's connections belong to one client connection each, and many requests share this one.
  if (exchange.client.multiplexed && farm.config.connectionAuth === "pin") {
    exchange.client.writer.requireHttp1();
    return;
  }
  farm.budget.request(exchange.client.record.startedAt);
  farm.affinity?.recognise(exchange);
  // Nobody overtakes those who wait for the same.
  const isBehind = farm.line.length > 0 && farm.line.comesBefore(ownMember(exchange, farm));
  if (isBehind || !start(exchange, farm)) wait(exchange, farm);
}

/** The request goes on its way, or is refused; false = all who might take it are busy, and nothing has happened. */
function start(exchange: Exchange, farm: RoutedFarm): boolean {
  const pinned = pinnedConnection(exchange);
  const choice = pinned === null ? chooseMember(exchange, farm) : pinned.member.atLimit ? "busy" : pinned.member;
  if (choice === "busy") return false;
  exchange.leaveLine();
  exchange.farm = farm;
  exchange.phase = "none";
  if (typeof choice === "string") refuse(exchange, choice);
  else attempt(exchange, farm, choice, pinned ?? openConnection(exchange, choice, false));
  return true;
}

function wait(exchange: Exchange, farm: RoutedFarm): void {
  if (farm.line.length >= farm.config.queue.length) refuse(exchange, "queue-full");
  else farm.line.join(exchange, ownMember(exchange, farm));
}

/** A member may be free for a request that waits; false = nobody is, for all who may go anywhere. */
export function serveWaiting(exchange: Exchange): boolean {
  const farm = farmOf(exchange);
  return farm === null || start(exchange, farm) || exchange.waitsFor !== null;
}

function waitedInVain(exchange: Exchange): void {
  exchange.leaveLine();
  exchange.phase = "none";
  refuse(exchange, "queue-timeout");
}

/** Would another member's answer be better, and may it be asked for? */
function mayLeave({ client, requestRead }: Exchange, { policy }: RoutedFarm, status: number): boolean {
  return policy.prefersOther(status) && requestRead && policy.mayRepeatAnswered(client.head.method);
}

/** Once more to another member, as often as the farm allows. */
function nextMember(exchange: Exchange, farm: RoutedFarm, code: FaultCode): void {
  const other = otherMember(exchange, farm, code);
  if (other === null) {
    fail(exchange, code);
    return;
  }
  exchange.client.record.retriedFor = code;
  attempt(exchange, farm, other, openConnection(exchange, other, false));
}

/** The present attempt, of which nothing went to the client, is given up for one on another member; false = there is none. */
function move(exchange: Exchange, farm: RoutedFarm, code: FaultCode): boolean {
  exchange.failedOn = exchange.connection;
  if (exchange.hedge !== null) {
    discardConnection(exchange);
    return takeHedge(exchange);
  }
  const other = maySendAgain(exchange, farm, code) ? otherMember(exchange, farm, code) : null;
  if (other === null) return false;
  discardConnection(exchange);
  if (code === "member-withdrawn") exchange.attempts--;
  exchange.client.record.retriedFor = code;
  attempt(exchange, farm, other, openConnection(exchange, other, false));
  return true;
}

/** On another member at the same time: the first answer counts. */
function alsoAttempt(exchange: Exchange, farm: RoutedFarm): void {
  // A client that belongs to a member would lose its session to the faster one.
  if (farm.config.connectionAuth === "pin" || exchange.boundTo !== null) return;
  if (!maySendAgain(exchange, farm, "attempt-timeout")) return;
  const other = otherMember(exchange, farm, "attempt-timeout");
  if (other === null) return;
  exchange.attempts++;
  other.total++;
  add(other.counts, memberMetrics.requests, 1);
  add(farm.counts, farmMetrics.hedges, 1);
  startHedge(exchange, openConnection(exchange, other, false));
}

/** To the same member, on a connection that can't be stale. */
function sendAgain(exchange: Exchange): void {
  const { member } = exchange;
  const farm = farmOf(exchange);
  if (member === null || farm === null) return;
  exchange.retriedStale = true;
  exchange.client.record.retriedFor = "member-closed";
  exchange.attempts--;
  attempt(exchange, farm, member, openConnection(exchange, member, true));
}

function attempt(exchange: Exchange, farm: RoutedFarm, member: ConnectedMember, connection: MemberConnection): void {
  exchange.attempts++;
  exchange.member = member;
  member.total++;
  add(member.counts, memberMetrics.requests, 1);
  farm.affinity?.settle(exchange);
  useConnection(exchange, connection);
}

function count(exchange: Exchange, code: FaultCode, reports: MemberReports): void {
  const { member } = exchange;
  if (member === null || !faults[code].counts) return;
  member.failed++;
  add(member.counts, memberMetrics.failures(code), 1);
  // A member closes on whoever keeps it waiting, or sends what it does not want: any client can have that.
  if (!exchange.requestRead && (code === "member-closed" || code === "response-cut")) return;
  member.hasFailed(exchange.monotonic());
  if (farmOf(exchange)?.policy.counts(code) === true) reports.failed(member, code);
}

/** No further attempt: the client learns why, without a word about the inside. */
function fail(exchange: Exchange, code: FaultCode): void {
  // What was authenticated on the lost connection is lost for the client too: it must begin anew.
  if (exchange.failedOn?.carriedAuth === true) exchange.client.closing = true;
  refuse(exchange, code);
}

function refuse(exchange: Exchange, code: FaultCode): void {
  const { client } = exchange;
  client.addedLines = "";
  const prepared = farmOf(exchange)?.refusals.get(code);
  if (prepared === undefined) respondFault(client, code);
  else respondPrepared(client, code, prepared);
}
