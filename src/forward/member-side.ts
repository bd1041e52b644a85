import type { FaultCode } from "../farm/faults.ts";
import type { ConnectionOwner, MemberConnection, WithdrawReason } from "../net/connected-member.ts";
import { block } from "./client-side.ts";
import { breakExchange, cutResponse, endEarly, failAttempt } from "./end-exchange.ts";
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

    memberWithdrawn(_connection, reason) {
      try {
        withdrawn(exchange, reason);
      } catch (error) {
        client.internalError(error);
      }
    },
  };
}

function withdrawn(exchange: Exchange, reason: WithdrawReason): void {
  if (reason === "unavailable") return;
  const unanswered = !exchange.answered && (exchange.phase === "connecting" || exchange.phase === "waiting");
  const code = reason === "down" ? "member-down" : "member-withdrawn";
  if (unanswered && exchange.routing.moveElsewhere(exchange, code)) return;
  // One that does not work may still answer what it has; nobody else can.
  if (reason === "down") return;
  if (unanswered) failAttempt(exchange, code);
  else if (exchange.phase === "draining") endEarly(exchange);
  else breakExchange(exchange, code);
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
