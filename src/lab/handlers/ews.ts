import type { Handler, LabExchange } from "../lab-exchange.ts";
import { escaped } from "./html-page.ts";

const minuteMs = 60_000;
const defaultStreamMinutes = 30;

/** Exchange Web Services: one envelope that names the user, or a stream of them for GetStreamingEvents. */
export const ews: Handler = async (exchange) => {
  const body = await exchange.body.text();
  if (body.includes("GetStreamingEvents")) await stream(exchange, body);
  else
    await exchange.respond({
      status: 200,
      fields: [["Content-Type", "text/xml; charset=utf-8"]],
      body: envelope(exchange, "GetMailboxResponse", `<Bytes>${exchange.body.received}</Bytes>`),
    });
};

async function stream(exchange: LabExchange, body: string): Promise<void> {
  const { streamingEventMs } = exchange.frontEnd.timings;
  const minutes = /ConnectionTimeout>\s*([\d.]+)\s*</.exec(body)?.[1];
  const durationMs = Number(minutes ?? defaultStreamMinutes) * minuteMs;
  await exchange.beginChunked({ status: 200, fields: [["Content-Type", "text/xml; charset=utf-8"]] });
  for (let sinceMs = 0; sinceMs < durationMs; sinceMs += streamingEventMs) {
    await exchange.writeChunk(
      envelope(exchange, "GetStreamingEventsResponse", "<ConnectionStatus>OK</ConnectionStatus>"),
    );
    await exchange.connection.park(Math.min(streamingEventMs, durationMs - sinceMs));
  }
  await exchange.writeChunk(
    envelope(exchange, "GetStreamingEventsResponse", "<ConnectionStatus>Closed</ConnectionStatus>"),
  );
  await exchange.endChunked();
}

function envelope(exchange: LabExchange, name: string, content: string): string {
  const server = `<Server>${escaped(exchange.frontEnd.computer)}</Server>`;
  const user = `<User>${escaped(exchange.user ?? "guest")}</User>`;
  return (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
    `<m:${name} xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">${server}${user}${content}</m:${name}>` +
    "</s:Body></s:Envelope>"
  );
}
