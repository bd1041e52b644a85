import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type SecureContext, type Server, type TLSSocket } from "node:tls";
import type { ListenerTlsConfig } from "../config/config.ts";
import type { OpenChallenges } from "../router/open-challenges.ts";
import { alpnChallenge, challengeProtocol } from "./alpn-challenge.ts";
import { certificateChoice, keyMaterial } from "./certificate-choice.ts";

interface TlsServerOptions {
  readonly tls: ListenerTlsConfig;
  readonly challenges: OpenChallenges;
  /** 0 = two minutes all the same. */
  readonly handshakeTimeoutMs: number;
  /** Gets the connection once its handshake is done. */
  readonly accept: (socket: TLSSocket) => void;
  readonly failed: (socket: Socket, error: Error) => void;
}

/** Listens on nothing: accepted connections are put in with `emit("connection", socket)`. */
export function createTlsServer(options: TlsServerOptions): Server {
  const { tls, handshakeTimeoutMs, accept, failed } = options;
  const choose = certificateChoice(tls);
  const challenge = alpnChallenge(options.challenges);
  const server = createServer({
    // For clients that name no host.
    ...keyMaterial(tls.certificates[0]),
    minVersion: tls.minVersion,
    ALPNCallback(this: TLSSocket, { servername, protocols }) {
      if (challenge.isAsked(protocols)) return challenge.begin(this, servername);
      // NTLM and the RPC methods need HTTP/1.1.
      return protocols.includes("http/1.1") ? "http/1.1" : undefined;
    },
    // Each costs the server a handshake, and none is needed: no client certificate is asked for later.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    handshakeTimeout: handshakeTimeoutMs === 0 ? 120_000 : handshakeTimeoutMs,
    SNICallback(this: TLSSocket, name, done: (error: Error | null, context: SecureContext) => void) {
      done(null, challenge.contextOf(this) ?? choose(name));
    },
  });
  server.on("secureConnection", (socket) => {
    if (socket.alpnProtocol !== challengeProtocol) accept(socket);
    // RFC 8737 3: nothing but the handshake.
    else socket.on("error", () => undefined).destroySoon();
  });
  server.on("tlsClientError", (error, socket) => {
    failed(socket, error);
    socket.destroy();
  });
  return server;
}
