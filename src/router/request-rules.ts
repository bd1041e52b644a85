import type { ClientSide } from "../forward/client-side.ts";
import type { Exchange } from "../forward/exchange.ts";
import { redirectAsRule, respondAsRule, respondFault } from "../forward/own-response.ts";
import { compileRules, type InboundRules } from "../rules/compile-rules.ts";
import type { ReportProblem } from "../rules/outbound/body-rule.ts";
import { compileOutboundRules, type OutboundRules } from "../rules/outbound/compile-outbound.ts";
import { reportOnce } from "../rules/outbound/report-once.ts";
import type { RulesConfig } from "../rules/rule-config.ts";
import { untouched, type ForwardOutcome, type RuleOutcome } from "../rules/rule-outcome.ts";
import type { RuleRequest } from "../rules/rule-request.ts";
import { applyRules } from "./apply-rules.ts";
import { changesByRules } from "./changes-by-rules.ts";
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
    this.#bodyProblem = reportOnce(bodyProblem, maxTold);
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
    exchange.changes = changesByRules(outcome, client.head);
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
    return applyRules(this.#inbound, this.#request.of(client), null);
  }

  #farmOf(exchange: Exchange, name: string): RoutedFarm | "answered" {
    const farm = this.#farms.get(name.toLowerCase());
    if (farm !== undefined) return farm;
    respondFault(exchange.client, "no-such-farm");
    return "answered";
  }
}

/** Of one configuration. */
const maxTold = 100;

function answer(client: ClientSide, outcome: Exclude<RuleOutcome, ForwardOutcome>): void {
  client.record.rule = outcome.rule;
  if (outcome.kind === "redirect") redirectAsRule(client, outcome.status, outcome.location);
  else if (outcome.kind === "respond") respondAsRule(client, outcome.status, outcome.reason, outcome.body);
  else {
    client.record.failed("aborted-by-rule");
    client.abort();
  }
}

/** Of a request whose connection may carry others by the time it is read. */
function copyOf(request: RuleRequest): RuleRequest {
  const { method, target, host, https, version, head, fieldsStart } = request;
  const { clientAddress, clientPort, localAddress, localPort } = request;
  const addresses = { clientAddress, clientPort, localAddress, localPort };
  return { method, target, host, https, version, head, fieldsStart, ...addresses };
}
