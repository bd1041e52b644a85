import { randomUUID } from "node:crypto";
import type { Handler, LabExchange } from "../lab-exchange.ts";
import { cookieValue, fieldValue, type Field } from "../lab-request.ts";

/** How long the operation takes, in milliseconds; overrides what its type would take. */
const durationField = "X-Lab-Duration";

/** MAPI over HTTP ([MS-OXCMAPIHTTP] 2.2.2, 4.2): head at once, PROCESSING, PENDING while it lasts, DONE and the payload. */
export const mapi: Handler = async (exchange) => {
  const type = fieldValue(exchange.request, "X-RequestType");
  if (exchange.request.method !== "POST" || type === undefined) {
    await exchange.respond({ status: 405, fields: [["Allow", "POST"]] });
    return;
  }
  await exchange.body.drain();
  await exchange.beginChunked({ status: 200, reason: "OK", fields: responseFields(exchange, type) });
  await exchange.writeChunk("PROCESSING\r\n");
  await pend(exchange, durationMs(exchange, type));
  await exchange.writeChunk("DONE\r\nX-ResponseCode: 0\r\nX-ElapsedTime: 1\r\n\r\n");
  await exchange.writeChunk(payload(exchange));
  await exchange.endChunked();
};

async function pend(exchange: LabExchange, lastsMs: number): Promise<void> {
  const { clock, emit, name, timings } = exchange.frontEnd;
  let leftMs = lastsMs;
  while (leftMs > 0) {
    await exchange.connection.park(Math.min(leftMs, timings.pendingPeriodMs));
    leftMs -= timings.pendingPeriodMs;
    if (leftMs < 0) break;
    emit({ type: "pending", server: name, at: clock.monotonic() });
    await exchange.writeChunk("PENDING\r\n");
  }
}

function durationMs(exchange: LabExchange, type: string): number {
  const asked = fieldValue(exchange.request, durationField);
  if (asked !== undefined) return Number(asked);
  return type.toLowerCase() === "notificationwait" ? exchange.frontEnd.timings.notificationWaitMs : 0;
}

function responseFields(exchange: LabExchange, type: string): Field[] {
  const { request, frontEnd } = exchange;
  const fields: Field[] = [
    ["Cache-Control", "private"],
    ["Content-Type", "application/mapi-http"],
    ["X-RequestType", type],
    ["X-ResponseCode", "0"],
    ["X-PendingPeriod", String(frontEnd.timings.pendingPeriodMs)],
    ["X-ExpirationInfo", "900000"],
    ["X-ServerApplication", "Exchange/15.00.1497.048"],
    ["Set-Cookie", `MapiContext=${cookieValue(request, "MapiContext") ?? randomUUID()}; path=/mapi; secure; HttpOnly`],
    ["Set-Cookie", `MapiSequence=${randomUUID()}; path=/mapi; secure; HttpOnly`],
  ];
  for (const name of ["X-RequestId", "X-ClientInfo"]) {
    const value = fieldValue(request, name);
    if (value !== undefined) fields.push([name, value]);
  }
  return fields;
}

/** Status 0, error 0, and whose mailbox it is. */
function payload(exchange: LabExchange): Buffer {
  return Buffer.concat([Buffer.alloc(8), Buffer.from(`${exchange.user ?? "guest"}\0`)]);
}
