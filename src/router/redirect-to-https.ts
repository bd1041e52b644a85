import type { RequestRouting } from "../forward/exchange.ts";
import { withoutMembers } from "../forward/without-members.ts";
import { respondFault, respondRedirect } from "../forward/own-response.ts";
import { hostName } from "../http/authority.ts";
import { originTarget, type RequestHead } from "../http/request-head.ts";

/** Answers every request with the same address under https. */
export function redirectToHttps(port: number, ended: RequestRouting["ended"]): RequestRouting {
  return {
    receive({ client }) {
      if (client.head.method === "CONNECT") {
        client.closing = true;
        respondFault(client, "connect-not-supported");
        return;
      }
      const location = httpsUrl(client.head, port);
      if (location === null) respondFault(client, "bad-request");
      else respondRedirect(client, location);
    },
    ...withoutMembers,
    ended,
  };
}

/** The URL that was asked for, with https; null = its host is malformed. */
export function httpsUrl(head: RequestHead, port: number): string | null {
  const name = hostName(head.host);
  const target = originTarget(head);
  return name === null ? null : `https://${name}${port === 443 ? "" : `:${port}`}${target === "*" ? "/" : target}`;
}
