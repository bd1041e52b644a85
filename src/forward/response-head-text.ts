import { framing } from "../http/framing.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { ClientSide } from "./client-side.ts";

/** The head as it is sent to a client that speaks HTTP/1.x. */
export function responseHeadText(client: ClientSide, head: ResponseHead): string {
  const { text, cuts } = head;
  const old = client.head.minor === 0;
  // An HTTP/1.0 client knows no chunks: the end of the connection is the end of the body.
  if (old && head.framing === framing.chunked) {
    cuts.addNamed(text, head.fieldsStart, ["transfer-encoding", "trailer"]);
  }
  const from = head.minor === 1 ? 0 : 8;
  const version = head.minor === 1 ? "" : "HTTP/1.1";
  const date = head.hasDate ? "" : client.dateLine();
  return `${version}${cuts.copy(text, from, text.length - 2)}${date}${client.addedLines}${connectionLine(client, old)}\r\n`;
}

function connectionLine(client: ClientSide, old: boolean): string {
  if (client.closing) return "Connection: close\r\n";
  return old ? "Connection: keep-alive\r\n" : "";
}

export function interimHeadText({ text, cuts }: ResponseHead): string {
  return `HTTP/1.1${cuts.copy(text, 8, text.length - 2)}\r\n`;
}

/** The 101 of an upgrade. */
export function switchedHeadText({ addedLines }: ClientSide, { text, cuts, upgrade }: ResponseHead): string {
  return `HTTP/1.1${cuts.copy(text, 8, text.length - 2)}${addedLines}Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`;
}
