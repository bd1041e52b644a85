import type { Handler, LabExchange } from "../lab-exchange.ts";
import type { LabConnection } from "../lab-connection.ts";
import { connectionEstablished, outAccepted, virtualConnectionCookie } from "../rpc/connection-packets.ts";
import { PacketSplitter } from "../rpc/packet-splitter.ts";
import { encodeRts, rtsFlag } from "../rpc/rts-pdu.ts";
import type { OutChannel } from "../rpc/virtual-connections.ts";

/** 1 GiB, of which only the smallest part is ever sent. */
const channelBytes = 0x4000_0000;
const ping = encodeRts(rtsFlag.ping);

/** RPC_OUT_DATA: answers at once and streams, with a ping now and then, until one of the two channels goes. */
export const rpcOutChannel: Handler = async (exchange) => {
  const { frontEnd, connection } = exchange;
  const cookie = await requestedConnection(exchange);
  exchange.keepAlive = false;
  await exchange.begin({
    status: 200,
    reason: "Success",
    fields: [
      ["Content-Type", "application/rpc"],
      ["Content-Length", String(channelBytes)],
    ],
  });
  await exchange.write(outAccepted);
  if (cookie !== null) frontEnd.virtualConnections.joinOut(cookie, outChannelOf(connection));
  try {
    for (;;) {
      await connection.park(frontEnd.timings.rpcPingMs);
      await exchange.write(ping);
    }
  } finally {
    if (cookie !== null) frontEnd.virtualConnections.leave(cookie);
  }
};

/** The cookie of CONN/A1, the whole body of the request. null = it is none; such a channel only pings. */
async function requestedConnection(exchange: LabExchange): Promise<string | null> {
  const body = Buffer.from(await exchange.body.text(), "latin1");
  const packet = new PacketSplitter().push(body)[0];
  return packet === undefined ? null : virtualConnectionCookie(packet);
}

function outChannelOf(connection: LabConnection): OutChannel {
  // Who writes is the IN channel's connection: that this one is gone shows on this one.
  const send = (packet: Buffer): void => void connection.write(packet).catch(() => connection.destroy());
  return { send, established: () => send(connectionEstablished), close: () => void connection.close() };
}
