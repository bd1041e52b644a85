import type { ConnectionOwner, MemberConnection } from "../net/connected-member.ts";
import { dropHedge } from "./drop-hedge.ts";
import { discardConnection } from "./end-exchange.ts";
import type { Exchange } from "./exchange.ts";
import { guarded } from "./guarded.ts";
import { requestHeadText } from "./request-head-text.ts";
import { armWaiting } from "./send-request.ts";
import { writeMessage } from "./write-message.ts";

/** Sends the request, which has no body, to another member as well; whoever answers first has it. */
export function startHedge(exchange: Exchange, connection: MemberConnection): void {
  const { client } = exchange;
  exchange.hedge = connection;
  exchange.hedgeOwner ??= hedgeSide(exchange);
  connection.owner = exchange.hedgeOwner;
  connection.sink = client.sink;
  connection.collector.clear();
  connection.member.current++;
  connection.member.held.add(connection);
  connection.heldSince = client.record.startedAt;
  if (connection.connected) sendHedge(exchange, connection);
}

function sendHedge(exchange: Exchange, connection: MemberConnection): void {
  const { member } = connection;
  const text = requestHeadText(exchange.client);
  exchange.hedgeSentAt = exchange.monotonic();
  if (member.silentSince === 0) member.silentSince = exchange.hedgeSentAt;
  member.traffic += text.length;
  writeMessage(connection.socket, text, [], 0);
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
