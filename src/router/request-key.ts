import type { KeyConfig } from "../config/farm-config.ts";
import type { ClientSide } from "../forward/client-side.ts";
import { hostName } from "../http/authority.ts";
import { firstCookie } from "../http/cookie.ts";
import { fieldValue } from "../http/find-field.ts";
import { originTarget } from "../http/request-head.ts";
import { unixAddress } from "../util/ip-address.ts";
import { queryReader } from "./query-reader.ts";
import type { Senders } from "./senders.ts";

/** What tells a request apart from others; "" = it has nothing of the kind. It may be a part of the head: copy what is kept. */
export type RequestKey = (client: Sent) => string;

type Sent = Pick<ClientSide, "head" | "origin">;

/** Made once for a farm. "host": the name that is asked for, without port, lower case. */
export function createRequestKey(config: KeyConfig | { readonly source: "host" }, senders: Senders): RequestKey {
  switch (config.source) {
    case "url":
      return ({ head }) => originTarget(head);
    case "host":
      return ({ head }) => hostName(head.host) ?? "";
    case "client-address":
      return (client) => addressOf(client, senders);
    case "header": {
      const name = config.name.toLowerCase();
      return ({ head }) => fieldValue(head.text, head.fieldsStart, name);
    }
    case "cookie": {
      const { name } = config;
      return ({ head }) => firstCookie(head.text, head.fieldsStart, name);
    }
    case "query":
      return queryKey(config.names);
    default:
      return config satisfies never;
  }
}

function queryKey(names: readonly string[]): RequestKey {
  const valuesOf = queryReader(names);
  return ({ head }) => valuesOf(head.target);
}

/** Of IPv6 the /64: a client has many addresses in it, and changes them. All who come by a Unix domain socket look alike. */
function addressOf(client: Sent, senders: Senders): string {
  const sender = senders.senderOf(client);
  return sender === null || sender === unixAddress ? "" : sender.network;
}
