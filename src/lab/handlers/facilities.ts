import { createHash } from "node:crypto";
import { ConnectionGone } from "../connection-gone.ts";
import type { Handler, LabExchange } from "../lab-exchange.ts";
import { patternBytes } from "./pattern-bytes.ts";
import { webSocket } from "./web-socket.ts";

/**
 * What tests ask of a server, under /lab, whatever its pools do: `echo` (the request as it arrived), `upload` (counts),
 * `bytes/N` (`?framing=chunked` or `close`, else by length), `status/N`, `delay/MS`, `early` (answers before the body),
 * `websocket`.
 */
export const facilities: Handler = async (exchange) => {
  const [, , name = "", argument = ""] = exchange.request.path.split("/");
  const facility = table[name];
  if (facility === undefined) await exchange.respond({ status: 404 });
  else await facility(exchange, argument);
};

type Facility = (exchange: LabExchange, argument: string) => Promise<void>;

const table: Readonly<Record<string, Facility | undefined>> = {
  echo,
  upload,
  bytes,
  websocket: webSocket,
  async status(exchange, argument) {
    await exchange.body.drain();
    await exchange.respond({ status: Number(argument), body: argument });
  },
  async delay(exchange, argument) {
    await exchange.body.drain();
    await exchange.connection.delay(Number(argument));
    await exchange.respond({ status: 200, body: argument });
  },
  async early(exchange) {
    await exchange.respond({ status: 200, body: "early" });
  },
};

/** The head is text/latin1 in `head`, line by line in `lines`; the body's SHA-256 is in hex. */
async function echo(exchange: LabExchange): Promise<void> {
  const hash = createHash("sha256");
  for (let piece = await exchange.body.next(); piece !== null; piece = await exchange.body.next()) hash.update(piece);
  if (!exchange.body.complete) throw new ConnectionGone("the request's body ended early");
  const [requestLine = "", ...lines] = exchange.request.head.text.slice(0, -4).split("\r\n");
  await json(exchange, {
    server: exchange.frontEnd.name,
    connection: exchange.connection.id,
    requestLine,
    lines,
    bodyBytes: exchange.body.received,
    bodySha256: hash.digest("hex"),
  });
}

async function upload(exchange: LabExchange): Promise<void> {
  await exchange.body.drain();
  await json(exchange, { server: exchange.frontEnd.name, bytes: exchange.body.received });
}

async function bytes(exchange: LabExchange, argument: string): Promise<void> {
  const size = Number(argument);
  const framing = exchange.request.query.get("framing");
  if (framing === "chunked") await exchange.beginChunked({ status: 200 });
  else if (framing === "close") {
    exchange.keepAlive = false;
    await exchange.begin({ status: 200 });
  } else await exchange.begin({ status: 200, fields: [["Content-Length", String(size)]] });
  if (exchange.request.method === "HEAD") return;
  for (const piece of patternBytes(0, size))
    if (framing === "chunked") await exchange.writeChunk(piece);
    else await exchange.write(piece);
  if (framing === "chunked") await exchange.endChunked();
}

async function json(exchange: LabExchange, value: unknown): Promise<void> {
  await exchange.respond({
    status: 200,
    fields: [["Content-Type", "application/json"]],
    body: JSON.stringify(value),
  });
}
