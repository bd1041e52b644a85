import type { ConnectionOwner, MemberConnection } from "../net/connected-member.ts";
import { dropHedge } from "./drop-hedge.ts";
import { discardConnection } from "./end-exchange.ts";
import type { Exchange } from "./exchange.ts";
import { guarded } from "./guarded.ts";
import { holdConnection } from "./hold-connection.ts";
import { armWaiting, writeRequest } from "./send-request.ts";

/** Sends the request, which has no body, to another member as well; whoever answers first has it. */
export function startHedge(exchange: Exchange, connection: MemberConnection): void {
  exchange.hedge = connection;
  exchange.hedgeOwner ??= hedgeSide(exchange);
  holdConnection(exchange, connection, exchange.hedgeOwner);
  if (connection.connected) sendHedge(exchange, connection);
}

function sendHedge(exchange: Exchange, connection: MemberConnection): void {
  exchange.hedgeSentAt = exchange.monotonic();
  writeRequest(exchange, connection, exchange.hedgeSentAt);
}

/** What happens on the second connection until one of the two has answered. */
function hedgeSide(exchange: Exchange): ConnectionOwner {
  const { client } = exchange;
  const drop = (): void => dropHedge(exchange);
  return {
    memberConnected: guarded(client, (connection: MemberConnection) => sendHedge(exchange, connection)),
    memberBytes(connection, bytes) {
      try {
        // The first one may still do better.
        if (doesNotServe(bytes)) {
          dropHedge(exchange);
          return;
        }
        discardConnection(exchange);
        takeHedge(exchange);
      } catch (error) {
        client.internalError(error);
        return;
      }
      exchange.owner.memberBytes(connection, bytes);
    },
    memberEnded: drop,
    memberDrained: () => undefined,
    memberClosed: drop,
    memberWithdrawn(_connection, reason) {
      if (reason !== "unavailable") dropHedge(exchange);
    },
  };
}

const gatewayStatuses: ReadonlySet<string> = new Set(["502", "503", "504"]);

/** The answer, whose first bytes these are, says that there is none. */
function doesNotServe(bytes: Buffer): boolean {
  return gatewayStatuses.has(bytes.toString("latin1", "HTTP/1.1 ".length, "HTTP/1.1 503".length));
}

/** The first attempt has come to nothing, or is too late: the second one is the only one now. false = there is none. */
export function takeHedge(exchange: Exchange): boolean {
  const { client, farm, hedge } = exchange;
  if (hedge === null) return false;
  exchange.hedge = null;
  exchange.connection = hedge;
  exchange.member = hedge.member;
  hedge.owner = exchange.owner;
  exchange.sentAt = exchange.hedgeSentAt;
  exchange.requestSent = hedge.connected;
  exchange.phase = hedge.connected ? "waiting" : "connecting";
  exchange.routing.movedTo(exchange);
  if (hedge.connected) armWaiting(exchange);
  else client.armTimeout(farm?.config.timeouts.connectMs ?? 0);
  return true;
}
