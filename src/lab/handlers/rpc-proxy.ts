import { framing } from "../../http/framing.ts";
import type { Handler, LabExchange } from "../lab-exchange.ts";
import { encodeRts, rtsFlag } from "../rpc/rts-pdu.ts";
import { rpcInChannel } from "./rpc-in-channel.ts";
import { rpcOutChannel } from "./rpc-out-channel.ts";

/** [MS-RPCH] 2.1.2.1.5: a request this short only asks whether there is an RPC proxy. */
const maxEchoBytes = 0x10;

/** Outlook Anywhere: RPC over HTTP v2 ([MS-RPCH]) at /rpc/rpcproxy.dll. */
export const rpcProxy: Handler = async (exchange) => {
  const { method, head, path } = exchange.request;
  if (!path.endsWith("/rpcproxy.dll")) await exchange.respond({ status: 404 });
  else if (method !== "RPC_IN_DATA" && method !== "RPC_OUT_DATA") await exchange.respond({ status: 405 });
  else if (head.framing !== framing.length || head.contentLength <= maxEchoBytes) await echo(exchange);
  else if (method === "RPC_IN_DATA") await rpcInChannel(exchange);
  else await rpcOutChannel(exchange);
};

async function echo(exchange: LabExchange): Promise<void> {
  await exchange.body.drain();
  await exchange.respond({
    status: 200,
    reason: "Success",
    fields: [["Content-Type", "application/rpc"]],
    body: encodeRts(rtsFlag.echo),
  });
}
