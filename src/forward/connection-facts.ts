import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ConnectionFacts } from "../farm/exchange-record.ts";
import type { ProxyAddresses } from "../http/proxy-header-result.ts";

/**
 * Read when the connection begins: a socket that was closed knows nothing any more. `passedOn`: the connection as the
 * balancer saw it.
 */
export function connectionFacts(socket: Socket, passedOn?: ProxyAddresses): ConnectionFacts {
  return { ...placesOf(socket, passedOn), ...tlsFacts(socket) };
}

function placesOf(socket: Socket, passedOn?: ProxyAddresses) {
  if (passedOn !== undefined) {
    const { source, destination } = passedOn;
    return { localAddress: destination.address, localPort: destination.port, clientPort: source.port };
  }
  return {
    localAddress: socket.localAddress?.replace("::ffff:", "") ?? "",
    localPort: socket.localPort ?? 0,
    clientPort: socket.remotePort ?? 0,
  };
}

function tlsFacts(socket: Socket) {
  // It may have been reset at once.
  if (!(socket instanceof TLSSocket) || socket.destroyed) return { tlsVersion: "", tlsCipher: "" };
  return { tlsVersion: socket.getProtocol() ?? "", tlsCipher: socket.getCipher().name };
}
