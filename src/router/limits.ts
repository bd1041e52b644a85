import type { RequestLimitsConfig, RouteLimitsConfig } from "../config/config.ts";
import type { Exchange } from "../forward/exchange.ts";
import { prepareFault, respondFault, respondPrepared } from "../forward/own-response.ts";
import type { OwnResponse } from "../forward/response-writer.ts";
import { framing } from "../http/framing.ts";
import { withinNetworks } from "../util/ip-ranges.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { Senders } from "./senders.ts";

/** What a request must hold to, made ready once per configuration. */
export interface Limits {
  /** null = everybody may. */
  readonly admits: ((address: bigint) => boolean) | null;
  readonly rate: { readonly limit: RateLimit; readonly refusal: OwnResponse } | null;
  /** Infinity = no limit. */
  readonly maxBodyBytes: number;
}

/** `rates` gives the limit for a rate, under the same name the same one as long as its numbers are the same. */
export function compileLimits(
  config: RequestLimitsConfig | RouteLimitsConfig,
  name: string,
  rates: RateLimits,
): Limits {
  const maxBodyBytes = "maxBodyBytes" in config && config.maxBodyBytes > 0 ? config.maxBodyBytes : Infinity;
  const limit = config.rate === null ? null : rates.limit(name, config.rate);
  return { admits: compileAccess(config), rate: limit === null ? null : ready(limit), maxBodyBytes };
}

function compileAccess({ allow, deny }: RequestLimitsConfig): Limits["admits"] {
  if (allow === null && deny.length === 0) return null;
  const isDenied = withinNetworks(deny);
  const isAllowed = allow === null ? () => true : withinNetworks(allow);
  return (address) => !isDenied(address) && isAllowed(address);
}

function ready(limit: RateLimit): NonNullable<Limits["rate"]> {
  return { limit, refusal: prepareFault("too-many-requests", limit.retryAfterSeconds) };
}

/** Answers a request that does not hold to the limits; false = it does, and nothing has happened. */
export function refused(exchange: Exchange, limits: Limits, senders: Senders): boolean {
  const { client } = exchange;
  const { admits, rate } = limits;
  const sender = admits === null && rate === null ? null : senders.senderOf(client);
  // Who can't be told apart from anybody is nobody's friend.
  if (admits !== null && (sender === null || !admits(sender.value))) respondFault(client, "address-not-allowed");
  else if (rate !== null && !rate.limit.take((sender ?? client.origin.ip).network, exchange.monotonic())) {
    respondPrepared(client, "too-many-requests", rate.refusal);
  } else if (tooLarge(exchange, limits.maxBodyBytes)) respondFault(client, "body-too-large");
  else return false;
  return true;
}

function tooLarge(exchange: Exchange, maxBodyBytes: number): boolean {
  const { head, body } = exchange.client;
  exchange.maxBodyBytes = Math.min(exchange.maxBodyBytes, maxBodyBytes);
  return (head.framing === framing.length && head.contentLength > maxBodyBytes) || body.content > maxBodyBytes;
}
