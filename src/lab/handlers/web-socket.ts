import { createHash } from "node:crypto";
import type { LabExchange } from "../lab-exchange.ts";
import { fieldValue, type Field } from "../lab-request.ts";

const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Switches protocols and sends every byte back as it came, until the client ends; then ends too. */
export async function webSocket(exchange: LabExchange): Promise<void> {
  const { connection, request } = exchange;
  if (request.head.upgrade === "") {
    await exchange.respond({ status: 426, fields: [["Upgrade", "websocket"]] });
    return;
  }
  exchange.keepAlive = false;
  await exchange.begin({ status: 101, fields: upgradeFields(exchange) });
  for (let bytes = await connection.source.next(); bytes !== null; bytes = await connection.source.next())
    await connection.write(bytes);
}

function upgradeFields({ request }: LabExchange): Field[] {
  const fields: Field[] = [
    ["Connection", "Upgrade"],
    ["Upgrade", request.head.upgrade],
  ];
  const key = fieldValue(request, "Sec-WebSocket-Key");
  if (key === undefined) return fields;
  // RFC 6455 4.2.2.
  const accept = createHash("sha1")
    .update(key + acceptSuffix)
    .digest("base64");
  return [...fields, ["Sec-WebSocket-Accept", accept]];
}
