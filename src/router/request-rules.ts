import type { ClientSide } from "../forward/client-side.ts";
import type { Exchange } from "../forward/exchange.ts";
import { redirectAsRule, respondAsRule, respondFault } from "../forward/own-response.ts";
import type { RequestChanges } from "../forward/request-changes.ts";
import { consistsOf, hostCharacters } from "../http/characters.ts";
import { mayAuthenticateConnection } from "../http/connection-auth.ts";
import { originTarget } from "../http/request-head.ts";
import { literalPath } from "../http/routing-path.ts";
import { compileRules, type InboundRules } from "../rules/compile-rules.ts";
import type { ReportProblem } from "../rules/outbound/body-rule.ts";
import { compileOutboundRules, type OutboundRules } from "../rules/outbound/compile-outbound.ts";
import type { RulesConfig } from "../rules/rule-config.ts";
import { untouched, type ForwardOutcome, type RuleOutcome } from "../rules/rule-outcome.ts";
import type { RuleRequest } from "../rules/rule-request.ts";
import { ClientRequest } from "./client-request.ts";
import type { RoutedFarm } from "./routed-farm.ts";
import type { Senders } from "./senders.ts";

interface RuleParts {
  readonly senders: Senders;
  readonly bodyProblem: ReportProblem;
}

/** null = there are none. */
export function createRequestRules(
  config: RulesConfig,
  farms: ReadonlyMap<string, RoutedFarm>,
  parts: RuleParts,
): RequestRules | null {
  const [inbound, outbound] = [compileRules(config), compileOutboundRules(config)];
  return inbound === null && outbound === null ? null : new RequestRules({ inbound, outbound }, farms, parts);
}

interface CompiledRules {
  readonly inbound: InboundRules | null;
  readonly outbound: OutboundRules | null;
}

/** The rules of a configuration: tried before its routes, and on what members answer. */
export class RequestRules {
  readonly #inbound: InboundRules | null;
  readonly #outbound: OutboundRules | null;
  /** By lower-case names. */
  readonly #farms: ReadonlyMap<string, RoutedFarm>;
  readonly #request: ClientRequest;
  readonly #bodyProblem: ReportProblem;

  constructor(
    { inbound, outbound }: CompiledRules,
    farms: ReadonlyMap<string, RoutedFarm>,
    { senders, bodyProblem }: RuleParts,
  ) {
    this.#inbound = inbound;
    this.#outbound = outbound;
    this.#farms = new Map([...farms].map(([name, farm]) => [name.toLowerCase(), farm]));
    this.#request = new ClientRequest(senders);
    this.#bodyProblem = once(bodyProblem);
  }

  /** The farm that rules have chosen; null = the routes decide; "answered" = nothing is left to do. */
  apply(exchange: Exchange): RoutedFarm | "answered" | null {
    const { client } = exchange;
    const outcome = this.#outcomeFor(client);
    if (outcome === "malformed") {
      respondFault(client, "bad-request");
      return "answered";
    }
    if (outcome.kind !== "forward") {
      answer(client, outcome);
      return "answered";
    }
    if (this.#outbound !== null) exchange.outbound = this.#outboundFor(this.#outbound, client, outcome);
    exchange.changes = changesOf(outcome, client);
    client.record.rule = outcome.rule ?? "";
    return outcome.farm === null ? null : this.#farmOf(exchange, outcome.farm);
  }

  /** What the rules for the response need is kept until then. */
  #outboundFor(rules: OutboundRules, client: ClientSide, inbound: ForwardOutcome): Exchange["outbound"] {
    const request = copyOf(this.#request.of(client));
    return (head) => rules.apply({ request, inbound }, head, this.#bodyProblem);
  }

  #outcomeFor(client: ClientSide): RuleOutcome | "malformed" {
    if (this.#inbound === null) return untouched;
    const request = this.#request.of(client);
    const outcome = this.#inbound.apply(request, null);
    if (outcome === "malformed" || literalPath(request.target) === null) return outcome;
    // Where a server that resolves nothing would read another path, and rules would have it go elsewhere, nobody can say
    // what was meant, and a rule could be got round.
    const literal = this.#inbound.applyLiteral(request);
    return isSameWay(outcome, literal) ? outcome : "malformed";
  }

  #farmOf(exchange: Exchange, name: string): RoutedFarm | "answered" {
    const farm = this.#farms.get(name.toLowerCase());
    if (farm !== undefined) return farm;
    respondFault(exchange.client, "no-such-farm");
    return "answered";
  }
}

/** Once for each rule and problem, as long as the configuration is in force. */
function once(report: ReportProblem): ReportProblem {
  const told = new Set<string>();
  return (problem, detail) => {
    const key = `${problem} ${detail}`;
    if (told.has(key) || told.size >= maxTold) return;
    told.add(key);
    report(problem, detail);
  };
}

/** Members choose what charset they name. */
const maxTold = 100;

function isSameWay(one: RuleOutcome, other: RuleOutcome | "malformed"): boolean {
  if (other === "malformed" || one.kind !== other.kind || one.rule !== other.rule) return false;
  return one.kind !== "forward" || other.kind !== "forward" || one.farm === other.farm;
}

function answer(client: ClientSide, outcome: Exclude<RuleOutcome, ForwardOutcome>): void {
  client.record.rule = outcome.rule;
  if (outcome.kind === "redirect") redirectAsRule(client, outcome.status, outcome.location);
  else if (outcome.kind === "respond") respondAsRule(client, outcome.status, outcome.reason, outcome.body);
  else {
    client.record.failed("aborted-by-rule");
    client.abort();
  }
}

/** null = it is sent on as it came. */
function changesOf({ target, headers }: ForwardOutcome, client: ClientSide): RequestChanges | null {
  if (target === null && headers.size === 0) return null;
  const { head } = client;
  const replaced: string[] = [];
  let lines = "";
  let host: string | null = null;
  for (const [name, value] of headers) {
    if (name === "host") host = consistsOf(hostCharacters, value, 0, value.length) ? value : null;
    else {
      replaced.push(name);
      if (value !== "") lines += `${fieldName(name)}: ${value}\r\n`;
      if (name.endsWith("authorization")) head.connectionAuth ||= mayAuthenticateConnection(value);
    }
  }
  if (target === null || replaced.includes("x-original-url")) return { target, host, replaced, lines };
  // As ARR does; nobody else's word for it is passed on.
  replaced.push("x-original-url");
  return { target, host, replaced, lines: `${lines}X-Original-URL: ${originTarget(head)}\r\n` };
}

/** There are no others than rules name. */
const fieldNames = new Map<string, string>();

/** "x-forwarded-proto" -> "X-Forwarded-Proto" */
function fieldName(lowerCase: string): string {
  const known = fieldNames.get(lowerCase);
  if (known !== undefined) return known;
  const name = lowerCase.replaceAll(/(?<![^-])[a-z]/g, (letter) => letter.toUpperCase());
  fieldNames.set(lowerCase, name);
  return name;
}

/** Of a request whose connection may carry others by the time it is read. */
function copyOf(request: RuleRequest): RuleRequest {
  const { method, target, host, https, version, head, fieldsStart } = request;
  const { clientAddress, clientPort, localAddress, localPort } = request;
  const addresses = { clientAddress, clientPort, localAddress, localPort };
  return { method, target, host, https, version, head, fieldsStart, ...addresses };
}
