import { coversHost } from "../config/certificate-names.ts";
import type { RequestRouting } from "../forward/exchange.ts";
import { respondFault } from "../forward/own-response.ts";
import { hostName } from "../http/authority.ts";

/** Refuses requests to these hosts (null = to any) that come without a client certificate. */
export function requireClientCertificate(hosts: readonly string[] | null, routing: RequestRouting): RequestRouting {
  const isNeeded = (authority: string): boolean => hosts === null || coversHost(hosts, hostName(authority) ?? "");
  return {
    ...routing,
    receive(exchange) {
      const { client } = exchange;
      if (client.origin.certificateLine !== "" || !isNeeded(client.head.host)) routing.receive(exchange);
      else {
        // With the next connection it may show one.
        client.closing = true;
        respondFault(client, client.misdirected ? "misdirected" : "client-certificate-required");
      }
    },
  };
}
