import { connect as connectTcp, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type ConnectionOptions } from "node:tls";
import type { FarmConfig, MemberConfig } from "../config/farm-config.ts";
import { memberTlsOptions, pinnedCertificateFault } from "./member-tls.ts";

/** `tls.connect` takes it as `net.connect` does; the types don't say so. */
type TlsOptions = ConnectionOptions & { readonly onread: OnReadOpts };

/** Opens a connection to one member; everything that could be prepared is. */
export type Dial = (onread: OnReadOpts) => Socket;

const keepAliveAfterMs = 60_000;

/** A socket that is still connecting; its `connect` or `secureConnect` event says when it can be used. */
export function createDial(member: MemberConfig, farm: FarmConfig): Dial {
  return member.protocol === "https" ? tlsDial(member, farm) : tcpDial(member);
}

function tcpDial(member: MemberConfig): Dial {
  const { host, port } = member;
  return (onread) => prepared(connectTcp({ host, port, allowHalfOpen: true, noDelay: true, onread }));
}

/** Later connections resume the last TLS session: no key exchange, and no certificate is sent again. */
function tlsDial(member: MemberConfig, farm: FarmConfig): Dial {
  const common = memberTlsOptions(member, farm.tls);
  const secureContext = createSecureContext(common);
  const target = { ...common, secureContext, host: member.host, port: member.port, allowHalfOpen: true };
  let session: Buffer | undefined;
  return (onread) => {
    const options: TlsOptions = session === undefined ? { ...target, onread } : { ...target, onread, session };
    const socket = connectTls(options);
    let trusted = false;
    socket.once("secureConnect", () => {
      // A session that is resumed shows no certificate: it was made with the one that was asked for then.
      const fault = socket.isSessionReused() ? null : pinnedCertificateFault(socket, farm.tls);
      trusted = fault === null;
      if (fault !== null) socket.destroy(new Error(fault));
    });
    socket.on("session", (latest) => {
      if (trusted) session = latest;
    });
    socket.setNoDelay(true);
    return prepared(socket);
  };
}

function prepared<S extends Socket>(socket: S): S {
  socket.setKeepAlive(true, keepAliveAfterMs);
  return socket;
}
