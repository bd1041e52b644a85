import type { ConnectionOwner, MemberConnection } from "../net/connected-member.ts";
import { block } from "./client-side.ts";
import { cutResponse, endEarly, failAttempt } from "./end-exchange.ts";
import type { Exchange } from "./exchange.ts";
import { receiveBody, receiveEnd, receiveHead } from "./receive-response.ts";
import { sendRequest } from "./send-request.ts";
import { tunnelClosed, tunnelHalfClosed, tunnelToClient } from "./tunnel.ts";

/** What an exchange does about each event of its member's connection, by phase. */
export function memberSide(exchange: Exchange): ConnectionOwner {
  return {
    memberConnected: () => sendRequest(exchange),

    memberBytes(connection, bytes) {
      try {
        receive(exchange, connection, bytes);
      } catch (error) {
        exchange.client.internalError(error);
      }
    },

    memberEnded(connection) {
      if (exchange.phase === "tunnel") tunnelHalfClosed(exchange, "member");
      else if (exchange.phase === "draining") endEarly(exchange);
      else receiveEnd(exchange, connection);
    },

    memberDrained() {
      exchange.client.reading.unblock(block.memberFull);
    },

    memberClosed(connection, code) {
      if (exchange.phase === "tunnel") tunnelClosed(exchange, connection);
      else if (exchange.phase === "draining") endEarly(exchange);
      else if (exchange.phase === "responding") cutResponse(exchange);
      else failAttempt(exchange, code);
    },
  };
}

function receive(exchange: Exchange, connection: MemberConnection, bytes: Buffer): void {
  if (exchange.phase === "responding") receiveBody(exchange, connection, bytes);
  else if (exchange.phase === "waiting") receiveHead(exchange, connection, bytes);
  else if (exchange.phase === "tunnel") tunnelToClient(exchange, connection, bytes);
  else endEarly(exchange);
}
