import type { Exchange, RequestRouting } from "../forward/exchange.ts";
import { respondText } from "../forward/own-response.ts";
import { hostName } from "../http/authority.ts";
import { originTarget } from "../http/request-head.ts";
import type { OpenChallenges } from "./open-challenges.ts";

const path = "/.well-known/acme-challenge/";

/** Answers HTTP-01 challenges (RFC 8555 8.3) that are open, and leaves all other requests to `routing`. */
export function answerChallenges(challenges: OpenChallenges, routing: RequestRouting): RequestRouting {
  return {
    ...routing,
    receive(exchange) {
      if (!challenges.open || !answer(exchange, challenges)) routing.receive(exchange);
    },
  };
}

function answer({ client }: Exchange, challenges: OpenChallenges): boolean {
  const { head } = client;
  if (head.method !== "GET" && head.method !== "HEAD") return false;
  const target = originTarget(head);
  if (!target.startsWith(path)) return false;
  const text = challenges.keyAuthorization(hostName(head.host) ?? "", target.slice(path.length));
  if (text === null) return false;
  respondText(client, text);
  return true;
}
