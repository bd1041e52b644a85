import type { Exchange } from "./exchange.ts";

/** The first attempt has answered, or nobody waits for an answer any more. */
export function dropHedge(exchange: Exchange): void {
  const { hedge } = exchange;
  if (hedge === null) return;
  exchange.hedge = null;
  hedge.member.current--;
  hedge.discard();
  hedge.member.freed?.();
}
