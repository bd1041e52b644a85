import type { FarmConfig } from "../config/farm-config.ts";
import { Farm, type FarmContext, type Wish } from "../farm/farm.ts";
import type { FaultCode } from "../farm/faults.ts";
import type { Exchange } from "../forward/exchange.ts";
import { prepareRefusal } from "../forward/own-response.ts";
import type { OwnResponse } from "../forward/response-writer.ts";
import type { ConnectedMember } from "../net/connected-member.ts";
import { createAffinity, type AffinityParts, type FarmAffinity } from "./affinity.ts";
import { createFailurePolicy, type FailurePolicy } from "./failure-policy.ts";
import { createRequestKey, type RequestKey } from "./request-key.ts";
import { RetryBudget } from "./retry-budget.ts";
import type { Senders } from "./senders.ts";
import { WaitingLine } from "./waiting-line.ts";

interface RoutedFarmParts {
  readonly members: readonly ConnectedMember[];
  readonly context: FarmContext;
  readonly senders: Senders;
  readonly cookieKey: Buffer;
  /** The farm of this name in the configuration before. */
  readonly before: RoutedFarm | undefined;
  readonly serveWaiting: (exchange: Exchange) => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A farm with all that is decided for its requests, made ready once per configuration. */
export class RoutedFarm extends Farm<ConnectedMember> {
  readonly policy: FailurePolicy;
  readonly budget: RetryBudget;
  /** null = nobody is remembered. */
  readonly affinity: FarmAffinity | null;
  /** Over reloads the same one. */
  readonly line: WaitingLine;
  /** The farm of this name in the configuration behind, which knows more of the members than this one. */
  successor: RoutedFarm | null = null;
  /** The answers to requests that no member gets. */
  readonly refusals: ReadonlyMap<FaultCode, OwnResponse>;
  readonly #hashKey: RequestKey | null;
  readonly #host: RequestKey | null;
  readonly #wish: Wish = { key: "", host: "", owner: "" };

  constructor(config: FarmConfig, parts: RoutedFarmParts) {
    const { before, context, members, senders } = parts;
    super(config, members, context, before?.counts);
    this.policy = createFailurePolicy(config);
    this.budget = new RetryBudget(config.failover.budget);
    this.affinity = config.affinity === null ? null : createAffinity(config.affinity, affinityParts(config, parts));
    this.refusals = new Map(refusalCodes.map((code) => [code, prepareRefusal(code, config.failover)]));
    this.#hashKey = config.balance.key === null ? null : createRequestKey(config.balance.key, senders);
    const perHost = config.affinity?.membersPerHost ?? 0;
    this.#host = perHost === 0 ? null : createRequestKey({ source: "host" }, senders);
    this.line = this.#succeed(before) ?? new WaitingLine(parts.serveWaiting);
    const freed = (): void => this.line.freed();
    const limited = config.liveTraffic !== null || members.some((member) => member.config.maxRequests > 0);
    for (const member of members) member.freed = limited ? freed : null;
  }

  /** The line of the one before. */
  #succeed(before: RoutedFarm | undefined): WaitingLine | null {
    if (before === undefined) return null;
    before.successor = this;
    return before.line;
  }

  /** The member for the next attempt of a request whose client belongs to nobody; null = none is left, or all are busy. */
  chooseFor(exchange: Exchange): ConnectedMember | null {
    const { client, tried } = exchange;
    const wish = this.#wish;
    wish.key = this.#hashKey === null ? "" : this.#hashKey(client);
    wish.host = this.#host === null ? "" : this.#host(client);
    wish.owner = exchange.affinityKey;
    return this.choose(tried, wish);
  }
}

const refusalCodes = [
  "no-member-available",
  "affinity-member-down",
  "member-withdrawn",
  "queue-full",
  "queue-timeout",
] as const satisfies readonly FaultCode[];

/** What is known of clients goes on as long as they are told apart in the same way. */
function affinityParts({ affinity }: FarmConfig, parts: RoutedFarmParts): AffinityParts {
  const { before, members, senders, cookieKey, now } = parts;
  const old = before?.config.affinity ?? null;
  const same = JSON.stringify([old?.key, old?.idleMs]) === JSON.stringify([affinity?.key, affinity?.idleMs]);
  return { members, senders, cookieKey, now, bindings: same ? (before?.affinity?.bindings ?? null) : null };
}

/** The farm of a request that was routed, as it is now. */
export function farmOf({ farm }: Exchange): RoutedFarm | null {
  if (!(farm instanceof RoutedFarm)) return null;
  let present = farm;
  while (present.successor !== null) present = present.successor;
  return present;
}
