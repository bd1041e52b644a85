import type { AffinityConfig, AffinityCookieConfig } from "../config/farm-config.ts";
import { Bindings } from "../farm/affinity/bindings.ts";
import { arrCookieValue, keyedCookieValue } from "../farm/affinity/cookie-value.ts";
import { setCookieLine } from "../farm/affinity/set-cookie.ts";
import type { Exchange } from "../forward/exchange.ts";
import { knownCookie } from "../http/cookie.ts";
import type { ConnectedMember } from "../net/connected-member.ts";
import { createRequestKey, type RequestKey } from "./request-key.ts";
import type { Senders } from "./senders.ts";

/** Remembers in one farm which member a client belongs to. */
export interface FarmAffinity {
  /** Finds out whose the request is: `exchange.boundTo`, and the key by which its first member is chosen. */
  recognise(exchange: Exchange): void;
  /** The request goes to `exchange.member`: its client belongs there from now on. */
  settle(exchange: Exchange): void;
  /** The client belongs to a member, and no other one may answer. */
  refuses(exchange: Exchange): boolean;
  /** What is known of clients without cookies, over reloads; null = nothing is kept. */
  readonly bindings: Bindings | null;
}

export interface AffinityParts {
  readonly members: readonly ConnectedMember[];
  readonly senders: Senders;
  /** Of keyed cookies. */
  readonly cookieKey: Buffer;
  readonly bindings: Bindings | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** null = there is nothing to remember; host names alone need no memory. */
export function createAffinity(config: AffinityConfig, parts: AffinityParts): FarmAffinity | null {
  const refuse = config.whenDown === "refuse";
  const refuses = (exchange: Exchange): boolean => refuse && exchange.boundTo !== null;
  if (config.cookie !== null) return { ...byCookie(config.cookie, parts), refuses, bindings: null };
  if (config.key === null) return null;
  const bindings = parts.bindings ?? new Bindings({ idleMs: config.idleMs, secret: config.key.source === "header" });
  return { ...byKey(createRequestKey(config.key, parts.senders), bindings, parts), refuses, bindings };
}

type Memory = Pick<FarmAffinity, "recognise" | "settle">;

function byCookie(config: AffinityCookieConfig, { members, cookieKey }: AffinityParts): Memory {
  const known = new Map<string, ConnectedMember>();
  const lines = new Map<ConnectedMember, { readonly http: string; readonly https: string }>();
  for (const member of members) {
    const value =
      config.format === "arr" ? arrCookieValue(member.config.host) : keyedCookieValue(cookieKey, member.config);
    known.set(value, member);
    lines.set(member, { http: setCookieLine(config, value, false), https: setCookieLine(config, value, true) });
  }
  return {
    recognise(exchange) {
      const { head } = exchange.client;
      exchange.boundTo = knownCookie(head.text, head.fieldsStart, config.name, known);
    },
    settle(exchange) {
      const { boundTo, client, member } = exchange;
      if (member === null) return;
      client.addedLines = member === boundTo ? "" : (lines.get(member)?.[client.origin.protocol] ?? "");
    },
  };
}

function byKey(keyOf: RequestKey, bindings: Bindings, { members, now }: AffinityParts): Memory {
  const byServer = new Map(members.map((member) => [member.config.server, member]));
  return {
    recognise(exchange) {
      const key = keyOf(exchange.client);
      exchange.affinityKey = key;
      const server = key === "" ? null : bindings.serverOf(key, now());
      exchange.boundTo = server === null ? null : (byServer.get(server) ?? null);
    },
    settle({ affinityKey, boundTo, member }) {
      if (affinityKey === "" || member === null || member === boundTo) return;
      bindings.bind(affinityKey, member.config.server, now());
    },
  };
}
