import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Server } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { Changes } from "./changes.ts";
import { portOf } from "./port-of.ts";

/** What a server has seen of one connection. */
export interface Seen {
  /** Digest of all bytes behind the handshake; "" where it has found something wrong, for then it stops to look at them. */
  bytes: string;
  /** Messages, pings, pongs, errors and the end, in their order. */
  events: string[];
}

export interface EchoServer {
  readonly port: number;
  /** What it has seen of the connection for this path, once that is over. */
  seen(path: string): Promise<Seen>;
  close(): void;
}

/**
 * A WebSocket server that sends every message back; "close 4321 reason" closes with that code, "close" without one.
 * It takes messages of up to 16 MiB and compresses every one where the client offers that.
 */
export async function startEchoServer(tls: { cert: string; key: string } | null): Promise<EchoServer> {
  const server = tls === null ? createServer() : createSecureServer(tls);
  server.listen(0, "127.0.0.1");
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 16 * 1024 * 1024,
    perMessageDeflate: { threshold: 0 },
    ...unlimited,
  });
  const over = new Map<string, Seen>();
  const changes = new Changes();
  server.on("upgrade", (request, socket: Duplex, head: Buffer) => {
    const tap = createHash("sha256");
    let length = 0;
    socket.on("data", (bytes: Buffer) => {
      tap.update(bytes);
      length += bytes.length;
    });
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const events = echo(webSocket);
      webSocket.on("close", () => {
        const failed = events.some((event) => event.startsWith("error"));
        const bytes = failed ? "" : `${length} ${tap.digest("hex")}`;
        const finish = (): void => {
          over.set(request.url ?? "", { bytes, events });
          changes.happened();
        };
        if (socket.closed) finish();
        else socket.once("close", finish);
      });
    });
  });
  await once(server, "listening");
  return {
    port: portOf(server),
    async seen(path) {
      await changes.until(
        () => over.has(path),
        () => `the server has not seen the end of ${path}`,
      );
      return over.get(path) ?? assert.fail(path);
    },
    close: () => closeAll(server, sockets),
  };
}

/** Its types do not know them yet. */
const unlimited: object = { maxFragments: 0, maxBufferedChunks: 0 };

function echo(webSocket: WebSocket): string[] {
  const events: string[] = [];
  webSocket.on("message", (data: RawData, isBinary) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    events.push(`${isBinary ? "binary" : "text"} ${summary(bytes)}`);
    const [word, code, ...reason] = bytes.length > 100 ? [] : bytes.toString().split(" ");
    if (word !== "close") webSocket.send(bytes, { binary: isBinary });
    else if (code === undefined) webSocket.close();
    else webSocket.close(Number(code), reason.join(" "));
  });
  webSocket.on("ping", (data: Buffer) => events.push(`ping ${summary(data)}`));
  webSocket.on("pong", (data: Buffer) => events.push(`pong ${summary(data)}`));
  webSocket.on("error", ({ message }) => events.push(`error ${message}`));
  webSocket.on("close", (code, reason) => events.push(`close ${code} ${summary(reason)}`));
  return events;
}

/** Short bytes as they are, long ones by their digest. */
export function summary(bytes: Buffer): string {
  if (bytes.length <= 64) return bytes.toString("hex");
  return `${bytes.length} ${createHash("sha256").update(bytes).digest("hex")}`;
}

function closeAll(server: Server, sockets: WebSocketServer): void {
  for (const client of sockets.clients) client.terminate();
  sockets.close();
  server.close();
}
