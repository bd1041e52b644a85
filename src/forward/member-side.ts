import type { FaultCode } from "../farm/faults.ts";
import type { ConnectionOwner, MemberConnection } from "../net/connected-member.ts";
import { block } from "./client-side.ts";
import { cutResponse, endEarly, failAttempt } from "./end-exchange.ts";
import type { Exchange } from "./exchange.ts";
import { guarded } from "./guarded.ts";
import { noteConnected } from "./note-connected.ts";
import { receiveBody, receiveEnd, receiveHead } from "./receive-response.ts";
import { sendRequest } from "./send-request.ts";
import { tunnelClosed, tunnelHalfClosed, tunnelToClient } from "./tunnel.ts";

/** What an exchange does about each event of its member's connection, by phase. */
export function memberSide(exchange: Exchange): ConnectionOwner {
  const { client } = exchange;
  return {
    memberConnected: guarded(client, () => {
      noteConnected(exchange);
      sendRequest(exchange);
    }),

    memberBytes(connection, bytes) {
      try {
        receive(exchange, connection, bytes);
      } catch (error) {
        client.internalError(error);
      }
    },

    memberEnded: guarded(client, (connection: MemberConnection) => ended(exchange, connection)),
    memberDrained: guarded(client, () => client.reading.unblock(block.memberFull)),

    memberClosed(connection, code) {
      try {
        closed(exchange, connection, code);
      } catch (error) {
        client.internalError(error);
      }
    },
  };
}

function receive(exchange: Exchange, connection: MemberConnection, bytes: Buffer): void {
  if (exchange.phase === "responding") receiveBody(exchange, connection, bytes);
  else if (exchange.phase === "waiting") receiveHead(exchange, connection, bytes);
  else if (exchange.phase === "tunnel") tunnelToClient(exchange, connection, bytes);
  else endEarly(exchange);
}

function ended(exchange: Exchange, connection: MemberConnection): void {
  if (exchange.phase === "tunnel") tunnelHalfClosed(exchange, "member");
  else if (exchange.phase === "draining") endEarly(exchange);
  else receiveEnd(exchange, connection);
}

function closed(exchange: Exchange, connection: MemberConnection, code: FaultCode): void {
  if (exchange.phase === "tunnel") tunnelClosed(exchange, connection);
  else if (exchange.phase === "draining") endEarly(exchange);
  else if (exchange.phase === "responding") cutResponse(exchange);
  else failAttempt(exchange, code);
}
