import { framing } from "../http/framing.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { Exchange } from "./exchange.ts";

/** The head as it is sent to the client. Decides on the way whether the client's connection ends with it. */
export function responseHeadText(exchange: Exchange, head: ResponseHead): string {
  const { client } = exchange;
  const { text, cuts } = head;
  const old = client.head.minor === 0;
  if (old && head.framing === framing.chunked) {
    // An HTTP/1.0 client knows no chunks: the end of the connection is the end of the body.
    exchange.unchunk = true;
    client.closing = true;
    cuts.addNamed(text, head.fieldsStart, ["transfer-encoding", "trailer"]);
  }
  if (mustClose(exchange, head)) client.closing = true;
  const from = head.minor === 1 ? 0 : 8;
  const version = head.minor === 1 ? "" : "HTTP/1.1";
  const date = head.hasDate ? "" : client.dateLine();
  return `${version}${cuts.copy(text, from, text.length - 2)}${date}${connectionLine(exchange, old)}\r\n`;
}

function mustClose(exchange: Exchange, head: ResponseHead): boolean {
  const { client, connection } = exchange;
  if (!client.head.keepAlive || client.finished || head.framing === framing.untilClose) return true;
  // What is left of the request cannot be carried to a member that closes; what was authenticated ends together.
  return !head.keepAlive && (!exchange.requestRead || connection?.carriedAuth === true);
}

function connectionLine(exchange: Exchange, old: boolean): string {
  if (exchange.client.closing) return "Connection: close\r\n";
  return old ? "Connection: keep-alive\r\n" : "";
}

/** An interim head, or the 101 of an upgrade. */
export function interimHeadText(head: ResponseHead): string {
  const { text, cuts } = head;
  const upgrade = head.status === 101 ? `Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n` : "";
  return `HTTP/1.1${cuts.copy(text, 8, text.length - 2)}${upgrade}\r\n`;
}
