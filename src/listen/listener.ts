import { constants } from "node:crypto";
import { once } from "node:events";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type SecureContext } from "node:tls";
import type { ForwardedConfig, ListenerConfig } from "../config/config.ts";
import { ClientConnection } from "../forward/client-connection.ts";
import type { ClientSettings } from "../forward/client-settings.ts";
import type { Log } from "../observe/log.ts";
import { certificateChoice, keyMaterial } from "./certificate-choice.ts";
import type { Timer } from "../util/clock.ts";
import { originReader } from "./client-origin.ts";

/** A bound address and port with the client connections that came in by it. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections; ends the idle ones at once, the others after `graceMs` at the latest. */
  close(graceMs: number): Promise<void>;
}

export interface ListenerOptions {
  readonly config: ListenerConfig;
  readonly forwarded: ForwardedConfig;
  readonly client: ClientSettings;
  readonly log: Log;
}

const keepAliveAfterMs = 60_000;
const backlog = 4096;

/** Rejects where the address can't be bound. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { config, client } = options;
  const connections = new Set<ClientConnection>();
  const originOf = originReader(config, options.forwarded);
  const accept = (socket: Socket): void => {
    const origin = originOf(socket);
    // It was reset before it was accepted.
    if (origin === null) {
      socket.destroy();
      return;
    }
    socket.setKeepAlive(true, keepAliveAfterMs);
    const connection = new ClientConnection(socket, origin, client);
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
  };
  const server = createServer(options, (socket) => {
    try {
      accept(socket);
    } catch (error) {
      client.failed(error);
      socket.destroy();
    }
  });
  const sockets = openSockets(server);
  const port = await listen(server, config);
  // No file handle left for the next connection, for one; what is connected goes on.
  server.on("error", ({ message }) =>
    options.log("listener.failed", { address: config.address, port, problem: message }),
  );
  return {
    port,
    close: async (graceMs) => {
      const abort = (): void => {
        for (const connection of connections) connection.abort();
        for (const socket of sockets) socket.destroy();
      };
      await closeListener(server, connections, () => client.after(graceMs, abort));
    },
  };
}

function createServer({ config, client, log }: ListenerOptions, accept: (socket: Socket) => void): Server {
  const common = { allowHalfOpen: true, noDelay: true };
  if (config.tls === null) return createTcpServer(common, accept);
  const choose = certificateChoice(config.tls);
  const server = createTlsServer({
    ...common,
    // For clients that name no host.
    ...keyMaterial(config.tls.certificates[0]),
    minVersion: config.tls.minVersion,
    // NTLM and the RPC methods need HTTP/1.1.
    ALPNProtocols: ["http/1.1"],
    // Each costs the server a handshake, and none is needed: no client certificate is asked for later.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    handshakeTimeout: client.headerTimeoutMs === 0 ? 120_000 : client.headerTimeoutMs,
    SNICallback: (name, done: (error: Error | null, context: SecureContext) => void) => done(null, choose(name)),
  });
  server.on("secureConnection", accept);
  server.on("tlsClientError", (error, socket) => {
    log("listener.tls-failed", { client: socket.remoteAddress ?? "-", problem: error.message });
    socket.destroy();
  });
  return server;
}

/** All of them, also those in the middle of a TLS handshake. */
function openSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

async function listen(server: Server, { address, port }: ListenerConfig): Promise<number> {
  // Without a host Node takes all addresses, IPv6 and IPv4.
  server.listen({ port, backlog, ...(address === "" ? {} : { host: address }) });
  await once(server, "listening");
  const bound = server.address();
  return bound === null || typeof bound === "string" ? port : bound.port;
}

async function closeListener(
  server: Server,
  connections: ReadonlySet<ClientConnection>,
  startDeadline: () => Timer,
): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const connection of connections) connection.close();
  const deadline = startDeadline();
  await closed;
  deadline.cancel();
}
