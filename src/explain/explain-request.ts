import type { Config, RouteConfig } from "../config/config.ts";
import type { FarmStatus } from "../control/farm-status.ts";
import { faults, type FaultCode } from "../farm/faults.ts";
import type { RequestChanges } from "../forward/request-changes.ts";
import { redirectStatus } from "../forward/own-response.ts";
import { requestHeadText } from "../forward/request-head-text.ts";
import { originTarget } from "../http/request-head.ts";
import { applyRules } from "../router/apply-rules.ts";
import { changesByRules } from "../router/changes-by-rules.ts";
import { ClientRequest } from "../router/client-request.ts";
import { httpsUrl } from "../router/redirect-to-https.ts";
import { RouteIndex } from "../router/route-index.ts";
import { Senders } from "../router/senders.ts";
import { compileRules } from "../rules/compile-rules.ts";
import { untouched, type ForwardOutcome, type RuleOutcome } from "../rules/rule-outcome.ts";
import type { RuleStep } from "../rules/rule-trace.ts";
import { explainFarm } from "./explain-farm.ts";
import { findListener } from "./explain-listener.ts";
import { explainedClient, urlOf, type ExplainedClient, type Question } from "./explained-client.ts";
import type { ExplainedFarm, ExplainedHead, ExplainedRoute, Explanation, Verdict } from "./explanation.ts";

export type ExplainResult =
  | { readonly ok: true; readonly explanation: Explanation }
  /** What was asked about is no request. */
  | { readonly ok: false; readonly problem: string };

/** Explains requests by one configuration. `farms`: what is known of the servers; null = nothing. */
export type Explain = (question: Question, farms: readonly FarmStatus[] | null) => ExplainResult;

export function createExplain(config: Config): Explain {
  const rules = compileRules(config.rules);
  const routes = new RouteIndex(config.routes, (route) => route);
  const request = new ClientRequest(new Senders(config.forwarded.trusted));
  const maxHeaderBytes = Math.max(...config.listeners.map((listener) => listener.maxHeaderBytes));
  return (question, farms) => {
    const result = explainedClient(question, maxHeaderBytes);
    if (!result.ok) return result;
    const { client } = result;
    const steps: RuleStep[] = [];
    const apply = (): RuleOutcome | "malformed" =>
      rules === null ? untouched : applyRules(rules, request.of(client), steps);
    const way = wayOf({ config, routes, client, apply });
    return { ok: true, explanation: explanationOf({ config, question, client, farms, steps }, way) };
  };
}

/** How far a request comes. */
interface Way {
  readonly listener: Explanation["listener"];
  /** null = a member gets it. */
  readonly verdict: Verdict | null;
  readonly route: RouteConfig | null;
  readonly farm: string | null;
  readonly changes: RequestChanges | null;
}

interface WayParts {
  readonly config: Config;
  readonly routes: RouteIndex<RouteConfig>;
  readonly client: ExplainedClient;
  readonly apply: () => RuleOutcome | "malformed";
}

function wayOf({ config, routes, client, apply }: WayParts): Way {
  const { listener, place, note } = findListener(config, client);
  const ended = (verdict: Verdict): Way => ({
    listener: { place, note },
    verdict,
    route: null,
    farm: null,
    changes: null,
  });
  if (listener?.redirect != null) return ended(redirectOf(client, listener.redirect.port));
  const outcome = apply();
  if (outcome === "malformed")
    return ended(refusal("bad-request", "its host or path can be read in more than one way"));
  if (outcome.kind !== "forward") return ended(answerOf(outcome));
  const changes = changesByRules(outcome, client.head);
  return { listener: { place, note }, changes, ...destination({ config, routes, client }, outcome, changes) };
}

function destination(
  { config, routes, client }: Omit<WayParts, "apply">,
  outcome: ForwardOutcome,
  changes: RequestChanges | null,
): Pick<Way, "verdict" | "route" | "farm"> {
  const none = { route: null, farm: null };
  if (outcome.farm !== null) {
    const wanted = outcome.farm.toLowerCase();
    const farm = config.farms.find(({ name }) => name.toLowerCase() === wanted)?.name ?? null;
    if (farm !== null) return { verdict: null, route: null, farm };
    return { ...none, verdict: refusal("no-such-farm", `the rule names the farm ${JSON.stringify(outcome.farm)}`) };
  }
  const { head } = client;
  const route = routes.find(changes?.host ?? head.host, changes?.target ?? originTarget(head));
  if (route === "malformed") {
    return { ...none, verdict: refusal("bad-request", "its host or path can be read in more than one way") };
  }
  if (route === null) return { ...none, verdict: refusal("no-route", "no route is for this host and path") };
  return { verdict: null, route, farm: route.farm };
}

function refusal(code: FaultCode, why: string): Verdict {
  return { kind: "refused", status: faults[code].status, code, why };
}

function answerOf(outcome: Exclude<RuleOutcome, ForwardOutcome>): Verdict {
  const { rule: by } = outcome;
  if (outcome.kind === "abort") return { kind: "abort", by };
  if (outcome.kind === "redirect") {
    return { kind: "redirect", by, status: outcome.status, location: outcome.location };
  }
  return { kind: "respond", by, status: outcome.status, reason: outcome.reason, body: outcome.body };
}

function redirectOf({ head }: ExplainedClient, port: number): Verdict {
  const location = httpsUrl(head, port);
  if (location === null) return refusal("bad-request", "its host is malformed");
  return { kind: "redirect", by: "the listener", status: redirectStatus(head.method), location };
}

interface Facts {
  readonly config: Config;
  readonly question: Question;
  readonly client: ExplainedClient;
  readonly farms: readonly FarmStatus[] | null;
  readonly steps: readonly RuleStep[];
}

function explanationOf({ config, question, client, farms, steps }: Facts, way: Way): Explanation {
  const farmConfig = config.farms.find(({ name }) => name === way.farm) ?? null;
  const status = farms?.find(({ name }) => name === way.farm) ?? null;
  const farm = farmConfig === null ? null : explainFarm(farmConfig, status, client);
  return {
    request: { method: question.method, url: urlOf(client), from: client.origin.address },
    live: farms !== null,
    listener: way.listener,
    rules: steps,
    verdict: way.verdict ?? forwardTo(farm, status !== null),
    route: way.route === null ? null : routeOf(way.route),
    farm,
    sent: farm === null ? null : sentHead(client, way.changes),
  };
}

function forwardTo(farm: ExplainedFarm | null, isKnown: boolean): Verdict {
  const server = farm?.members.find(({ chosen }) => chosen)?.server ?? "";
  if (server !== "" || !isKnown) return { kind: "forward", server };
  return refusal("no-member-available", "no member of the farm is available");
}

function routeOf({ host, path, exact, limits }: RouteConfig): ExplainedRoute {
  const allowed = limits?.allow == null ? [] : [`only from ${limits.allow.join(", ")}`];
  const denied = limits === undefined || limits.deny.length === 0 ? [] : [`not from ${limits.deny.join(", ")}`];
  const rate = limits?.rate == null ? [] : [`at most ${limits.rate.requests} requests in ${limits.rate.perMs} ms`];
  const size = limits === undefined || limits.maxBodyBytes === 0 ? [] : [`bodies up to ${limits.maxBodyBytes} bytes`];
  return { host, path, exact: exact === true, limits: [...allowed, ...denied, ...rate, ...size] };
}

/** What is sent, beside what the client has sent. */
function sentHead(client: ExplainedClient, changes: RequestChanges | null): ExplainedHead {
  const before = linesOf(client.head.text);
  const [requestLine = "", ...after] = linesOf(requestHeadText(client, changes));
  const [, ...fields] = before;
  return {
    requestLine,
    added: after.filter((line) => !fields.includes(line)),
    removed: fields.filter((line) => !after.includes(line)),
  };
}

function linesOf(head: string): string[] {
  return head.split("\r\n").filter((line) => line !== "");
}
