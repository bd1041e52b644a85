import { breakExchange, failAttempt, giveUp } from "./end-exchange.ts";
import type { Exchange } from "./exchange.ts";
import { respondFault } from "./own-response.ts";
import { armWaiting, waitOn } from "./send-request.ts";

/** The client connection's time-out has run off in the middle of an exchange: who kept us waiting? */
export function exchangeTimedOut(exchange: Exchange): void {
  switch (exchange.phase) {
    case "queued":
      exchange.routing.queueTimedOut(exchange);
      return;
    case "connecting":
      failAttempt(exchange, "connect-timeout");
      return;
    case "waiting":
      waitingTimedOut(exchange);
      return;
    case "responding":
      breakExchange(exchange, exchange.clientFull ? "client-timeout" : "idle-timeout");
      return;
    case "none":
    case "draining":
    case "tunnel":
      breakExchange(exchange, "client-timeout");
  }
}

function waitingTimedOut(exchange: Exchange): void {
  const { connection } = exchange;
  if (exchange.hedgeDue) {
    exchange.hedgeDue = false;
    exchange.hedged = true;
    exchange.routing.hedge(exchange);
    armWaiting(exchange);
    return;
  }
  const memberFull = connection !== null && connection.socket.writableNeedDrain;
  if (exchange.shortWait && !exchange.routing.hasOther(exchange)) waitOn(exchange);
  else if (exchange.requestRead || memberFull) {
    failAttempt(exchange, exchange.shortWait ? "attempt-timeout" : "response-timeout");
  } else clientTimedOut(exchange);
}

/** The member waits for the rest of the request as we do. */
function clientTimedOut(exchange: Exchange): void {
  const { client } = exchange;
  if (exchange.answered) {
    breakExchange(exchange, "client-timeout");
    return;
  }
  giveUp(exchange, "client-timeout");
  client.closing = true;
  respondFault(client, "client-timeout");
}
