import type { Socket } from "node:net";
import type { Server } from "node:tls";
import type { CertificateConfig, ClientCertificateConfig } from "../config/config.ts";
import type { Clock } from "../util/clock.ts";
import { certificateChoice } from "./certificate-choice.ts";
import { isAsked } from "./client-certificate.ts";
import type { ClientHello } from "./client-hello.ts";
import { readHello } from "./read-hello.ts";
import { createTlsServer, type TlsServerOptions } from "./tls-server.ts";

export interface TlsEntranceOptions extends Omit<TlsServerOptions, "certificate" | "clientCertificate"> {
  readonly after: Clock["after"];
}

/** Where the TLS handshakes of one listener are done. */
export interface TlsEntrance {
  /** Takes an accepted connection of which nothing was read. */
  accept(socket: Socket): void;
  /**
   * What session tickets are encrypted with, 48 bytes: whoever has the same can resume the sessions. Those that were
   * given out before can't be resumed any more.
   */
  setTicketKeys(keys: Buffer): void;
}

/** A fatal alert unrecognized_name (RFC 6066 3), before anything was agreed on. */
const unrecognizedName = Buffer.from([21, 3, 3, 0, 2, 2, 112]);

/**
 * Node's TLS server has one certificate for each name, no say in which, and asks all clients for theirs or none. So the
 * client's first words are read here, and a server is chosen by them, to which the connection is given unread.
 */
export function createTlsEntrance(options: TlsEntranceOptions): TlsEntrance {
  const { tls, challenges, after, failed } = options;
  const choose = certificateChoice(tls);
  const { clientCertificate } = tls;
  const ordinary = serversOf(options, null);
  const asking = clientCertificate === null ? ordinary : serversOf(options, clientCertificate);
  const begin = (socket: Socket, hello: ClientHello | null): void => {
    const name = hello?.name ?? "";
    const certificate = choose(hello) ?? (challenges.certificate(name) && tls.certificates[0]);
    if (certificate === null) {
      failed(socket, new Error(`there is no certificate for the name ${JSON.stringify(name)}`));
      socket.write(unrecognizedName);
      socket.destroySoon();
      return;
    }
    const servers = isAsked(clientCertificate, name) ? asking : ordinary;
    servers.get(certificate)?.emit("connection", socket);
  };
  return {
    accept: (socket) =>
      readHello(socket, { timeoutMs: options.handshakeTimeoutMs, after, done: (hello) => begin(socket, hello) }),
    setTicketKeys(keys) {
      for (const server of new Set([...ordinary.values(), ...asking.values()])) server.setTicketKeys(keys);
    },
  };
}

function serversOf(
  options: TlsEntranceOptions,
  clientCertificate: ClientCertificateConfig | null,
): ReadonlyMap<CertificateConfig, Server> {
  return new Map(
    options.tls.certificates.map((certificate) => [
      certificate,
      createTlsServer({ ...options, certificate, clientCertificate }),
    ]),
  );
}
