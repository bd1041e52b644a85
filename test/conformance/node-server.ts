import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, IncomingMessage, METHODS, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { ReadRequest } from "./read-requests.ts";

/** What Node's parser made of the same bytes. */
export type NodeRequest = Omit<ReadRequest, "framing">;

export interface NodeServer {
  /** The complete requests that Node's own HTTP server finds in these bytes, in order. */
  read(bytes: Buffer): Promise<readonly NodeRequest[]>;
  close(): Promise<void>;
}

/** CONNECT is left out: there it ends being a server of HTTP, as the router does by refusing it. */
export const nodeMethods: readonly string[] = METHODS.filter((method) => method !== "CONNECT");

/** Sent behind a case that both read to its end: whether they mean the same end. */
export const farewell = Buffer.from("GET /farewell HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

/** Sees what the parser says at the moment it says it: events come later, and not at all once the connection broke. */
class SeenMessage extends IncomingMessage {
  content = "";

  override push(chunk: Buffer | null): boolean {
    if (chunk !== null) this.content += chunk.toString("latin1");
    return super.push(chunk);
  }
}

export async function startNodeServer(): Promise<NodeServer> {
  const found = new Map<number, SeenMessage[]>();
  const take = (request: SeenMessage, response: ServerResponse<SeenMessage>): void => {
    found.get(request.socket.remotePort ?? 0)?.push(request);
    request.resume();
    request.on("end", () => response.end());
  };
  const server = createServer({ maxHeaderSize: 1 << 20, IncomingMessage: SeenMessage }, take);
  server.on("checkContinue", take);
  server.on("checkExpectation", take);
  server.on("clientError", (_, socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return {
    async read(bytes) {
      const socket = connect(address.port, "127.0.0.1")
        .on("error", () => undefined)
        .resume();
      await once(socket, "connect");
      const key = socket.localPort ?? 0;
      const requests: SeenMessage[] = [];
      found.set(key, requests);
      const closed = once(socket, "close");
      socket.end(bytes);
      await closed;
      found.delete(key);
      return requests.filter(({ complete }) => complete).map(asRead);
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function asRead(request: SeenMessage): NodeRequest {
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    minor: request.httpVersionMinor,
    fields: request.rawHeaders,
    content: request.content,
  };
}
