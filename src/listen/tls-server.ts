import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type SecureContext, type Server } from "node:tls";
import type { ListenerTlsConfig } from "../config/config.ts";
import { certificateChoice, keyMaterial } from "./certificate-choice.ts";

interface TlsServerOptions {
  readonly tls: ListenerTlsConfig;
  /** 0 = two minutes all the same. */
  readonly handshakeTimeoutMs: number;
  /** Gets the connection once its handshake is done. */
  readonly accept: (socket: Socket) => void;
  readonly failed: (socket: Socket, error: Error) => void;
}

/** Listens on nothing: accepted connections are put in with `emit("connection", socket)`. */
export function createTlsServer({ tls, handshakeTimeoutMs, accept, failed }: TlsServerOptions): Server {
  const choose = certificateChoice(tls);
  const server = createServer({
    // For clients that name no host.
    ...keyMaterial(tls.certificates[0]),
    minVersion: tls.minVersion,
    // NTLM and the RPC methods need HTTP/1.1.
    ALPNProtocols: ["http/1.1"],
    // Each costs the server a handshake, and none is needed: no client certificate is asked for later.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    handshakeTimeout: handshakeTimeoutMs === 0 ? 120_000 : handshakeTimeoutMs,
    SNICallback: (name, done: (error: Error | null, context: SecureContext) => void) => done(null, choose(name)),
  });
  server.on("secureConnection", accept);
  server.on("tlsClientError", (error, socket) => {
    failed(socket, error);
    socket.destroy();
  });
  return server;
}
