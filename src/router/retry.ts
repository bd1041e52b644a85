import { faults, type FaultCode } from "../farm/faults.ts";
import type { Exchange } from "../forward/exchange.ts";

/** RFC 9110 9.2.1. */
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
/** RFC 9110 9.2.2. */
const idempotentMethods: ReadonlySet<string> = new Set([...safeMethods, "PUT", "DELETE", "TRACE"]);

export function isSafe(method: string): boolean {
  return safeMethods.has(method);
}

/** Can the request, after an attempt failed with `code`, be sent again without harm? */
export function maySendAgain(exchange: Exchange, code: FaultCode): boolean {
  // The client was told to go on, bytes of the body are gone, or the connection spoke for one user.
  if (exchange.interimCount > 0 || !exchange.allKept || exchange.failedOn?.carriedAuth === true) return false;
  const { retry } = faults[code];
  return retry === "always" || (retry === "if-idempotent" && idempotentMethods.has(exchange.client.head.method));
}

/** A connection that had waited was closed by the member just when it was used: nobody's fault, and not a new attempt. */
export function wentStale(exchange: Exchange, code: FaultCode): boolean {
  const reused = exchange.failedOn !== null && exchange.failedOn.earlierRequests > 0;
  return reused && code === "member-closed" && !exchange.retriedStale;
}
