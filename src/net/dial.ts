import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type ConnectionOptions } from "node:tls";
import type { FarmConfig, MemberConfig } from "../config/config.ts";
import { memberTlsOptions, pinnedCertificateFault } from "./member-tls.ts";

/** Opens a connection to one member; everything that could be prepared is. */
export type Dial = () => Socket;

const keepAliveAfterMs = 60_000;

/** A socket that is still connecting; its `connect` or `secureConnect` event says when it can be used. */
export function createDial(member: MemberConfig, farm: FarmConfig): Dial {
  return member.protocol === "https" ? tlsDial(member, farm) : tcpDial(member);
}

function tcpDial(member: MemberConfig): Dial {
  const { host, port } = member;
  return () => prepared(connectTcp({ host, port, allowHalfOpen: true, noDelay: true }));
}

/** Later connections resume the last TLS session: no key exchange, and no certificate is sent again. */
function tlsDial(member: MemberConfig, farm: FarmConfig): Dial {
  const options = memberTlsOptions(member, farm.tls);
  const secureContext = createSecureContext(options);
  const target = { ...options, secureContext, host: member.host, port: member.port, allowHalfOpen: true };
  let session: Buffer | undefined;
  return () => {
    const withSession: ConnectionOptions = session === undefined ? target : { ...target, session };
    const socket = connectTls(withSession);
    socket.once("secureConnect", () => {
      const fault = pinnedCertificateFault(socket, farm.tls);
      if (fault !== null) socket.destroy(new Error(fault));
    });
    socket.on("session", (latest) => (session = latest));
    socket.setNoDelay(true);
    return prepared(socket);
  };
}

function prepared<S extends Socket>(socket: S): S {
  socket.setKeepAlive(true, keepAliveAfterMs);
  return socket;
}
