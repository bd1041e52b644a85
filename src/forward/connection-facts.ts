import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ConnectionFacts } from "../farm/exchange-record.ts";

/** Read when the connection begins: a socket that was closed knows nothing any more. */
export function connectionFacts(socket: Socket): ConnectionFacts {
  // It may have been reset at once.
  const tls = socket instanceof TLSSocket && !socket.destroyed;
  return {
    localAddress: socket.localAddress?.replace("::ffff:", "") ?? "",
    localPort: socket.localPort ?? 0,
    clientPort: socket.remotePort ?? 0,
    tlsVersion: (tls ? socket.getProtocol() : null) ?? "",
    tlsCipher: tls ? socket.getCipher().name : "",
  };
}
