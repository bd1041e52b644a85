import { ConnectionGone } from "../connection-gone.ts";
import type { Handler, LabExchange } from "../lab-exchange.ts";
import { answerPacket } from "../rpc/answer-packet.ts";
import { virtualConnectionCookie } from "../rpc/connection-packets.ts";
import { PacketSplitter } from "../rpc/packet-splitter.ts";

/**
 * RPC_IN_DATA: takes what trickles in. It has no answer as long as it lasts, and ends by being cut off; one whose length
 * is used up is told how many bytes came.
 */
export const rpcInChannel: Handler = async (exchange) => {
  const { virtualConnections } = exchange.frontEnd;
  const splitter = new PacketSplitter();
  let cookie: string | null = null;
  try {
    for (let bytes = await exchange.body.next(); bytes !== null; bytes = await exchange.body.next()) {
      virtualConnections.bytesReceived += bytes.length;
      for (const packet of splitter.push(bytes)) cookie = receive(exchange, cookie, packet);
    }
  } finally {
    if (cookie !== null) virtualConnections.leave(cookie);
  }
  if (!exchange.body.complete) throw new ConnectionGone("the IN channel was closed");
  await exchange.respond({ status: 200, reason: "Success", body: JSON.stringify({ bytes: exchange.body.received }) });
};

/** Returns the virtual connection's cookie, which the first packet brings. */
function receive({ frontEnd }: LabExchange, cookie: string | null, packet: Buffer): string | null {
  if (cookie !== null) {
    const answer = answerPacket(packet);
    if (answer !== null) frontEnd.virtualConnections.outOf(cookie)?.send(answer);
    return cookie;
  }
  const opened = virtualConnectionCookie(packet);
  if (opened !== null) frontEnd.virtualConnections.joinIn(opened);
  return opened;
}
