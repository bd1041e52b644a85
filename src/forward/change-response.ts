import type { ResponseHead } from "../http/response-head.ts";
import type { BodyRewriter } from "../rules/outbound/body-rewriter.ts";
import { changedHead, changesBody } from "./changed-head.ts";
import type { Exchange } from "./exchange.ts";

/** A response as the client is to see it. */
export interface ChangedResponse {
  readonly head: ResponseHead;
  /** null = the body goes on as it comes. */
  readonly rewriter: BodyRewriter | null;
}

/** Asks the rules; null = they leave the response as it is. The member's own head stays what it is. */
export function changeResponse(exchange: Exchange, head: ResponseHead): ChangedResponse | null {
  const { client } = exchange;
  const changes = exchange.outbound?.(head, exchange) ?? null;
  if (changes === null) return null;
  const { method } = client.head;
  const changed = changedHead(head, changes, method);
  // As another status it would tell the client that it has its WebSocket.
  if (client.writer.objection(changed) !== null) return null;
  const rewriter = method !== "HEAD" && changesBody(head, changes, method) ? changes.body : null;
  return { head: changed, rewriter };
}
