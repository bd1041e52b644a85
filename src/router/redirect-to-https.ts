import type { RequestRouting } from "../forward/exchange.ts";
import { withoutMembers } from "../forward/without-members.ts";
import { respondFault, respondRedirect } from "../forward/own-response.ts";
import { hostName } from "../http/authority.ts";
import { originTarget } from "../http/request-head.ts";

/** Answers every request with the same address under https. */
export function redirectToHttps(port: number, ended: RequestRouting["ended"]): RequestRouting {
  const suffix = port === 443 ? "" : `:${port}`;
  return {
    receive({ client }) {
      if (client.head.method === "CONNECT") {
        client.closing = true;
        respondFault(client, "connect-not-supported");
        return;
      }
      const name = hostName(client.head.host);
      const target = originTarget(client.head);
      if (name === null) respondFault(client, "bad-request");
      else respondRedirect(client, `https://${name}${suffix}${target === "*" ? "/" : target}`);
    },
    ...withoutMembers,
    ended,
  };
}
