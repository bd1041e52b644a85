import type { Socket } from "node:net";
import { createServer, type SecureContext, type Server, type TLSSocket } from "node:tls";
import type { CertificateConfig, ClientCertificateConfig, ListenerTlsConfig } from "../config/config.ts";
import type { OpenChallenges } from "../router/open-challenges.ts";
import { alpnChallenge, challengeProtocol } from "./alpn-challenge.ts";
import type { OcspStaples } from "./ocsp-staples.ts";
import { askingOptions } from "./client-certificate.ts";
import { chooseProtocol } from "./alpn-choice.ts";
import { handshakeOptions } from "./tls-policy.ts";

export interface TlsServerOptions {
  readonly certificate: CertificateConfig;
  readonly tls: ListenerTlsConfig;
  /** null = clients are not asked for theirs. */
  readonly clientCertificate: ClientCertificateConfig | null;
  readonly challenges: OpenChallenges;
  readonly staples: OcspStaples;
  readonly handshakeTimeoutMs: number;
  /** Gets the connection once its handshake is done. */
  readonly accept: (socket: TLSSocket) => void;
  readonly failed: (socket: Socket, error: Error) => void;
}

/** The same in all processes; Node's own depends on how each was started. */
const sessionIdContext = "fairlead";
/** As long as phones and Outlook stay away between two connections. */
const sessionSeconds = 3600;

/** Node says false where the client asked for none, against its types. */
function nameAsked(name: unknown): string | null {
  return typeof name === "string" && name !== "" ? name : null;
}

/** Does handshakes with one certificate. Listens on nothing: accepted connections are put in with `emit("connection", socket)`. */
export function createTlsServer(options: TlsServerOptions): Server {
  const { certificate, tls, clientCertificate, handshakeTimeoutMs, accept, failed } = options;
  const challenge = alpnChallenge(options.challenges);
  const server = createServer({
    cert: certificate.pem.certificate,
    key: certificate.pem.key,
    ...handshakeOptions(tls),
    sessionIdContext,
    sessionTimeout: sessionSeconds,
    ...(clientCertificate === null ? {} : askingOptions(clientCertificate)),
    ALPNCallback(this: TLSSocket, { servername, protocols }) {
      const name = nameAsked(servername);
      if (challenge.isAsked(protocols)) return challenge.begin(this, name);
      return chooseProtocol(tls.http2, name, protocols);
    },
    handshakeTimeout: handshakeTimeoutMs,
    SNICallback(this: TLSSocket, _name, done: (error: Error | null, context?: SecureContext) => void) {
      done(null, challenge.contextOf(this) ?? undefined);
    },
  });
  server.on("secureConnection", (socket) => {
    if (socket.alpnProtocol !== challengeProtocol) accept(socket);
    // RFC 8737 3: nothing but the handshake.
    else socket.on("error", () => undefined).destroySoon();
  });
  const staple = options.staples.of(certificate.pem.certificate);
  server.on("OCSPRequest", (_certificate, _issuer, done) => done(null, staple()));
  server.on("tlsClientError", (error, socket) => {
    failed(socket, error);
    socket.destroy();
  });
  return server;
}
