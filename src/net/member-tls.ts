import { constants } from "node:crypto";
import { isIP } from "node:net";
import { type ConnectionOptions, type TLSSocket, checkServerIdentity } from "node:tls";
import type { MemberConfig, MemberTlsConfig } from "../config/farm-config.ts";

/**
 * How a TLS connection to a member is made; health checks and forwarding share it, so that they judge alike.
 * The name that is sent and verified is the farm's `serverName`, else the server's own host.
 * A pinned `fingerprint` is not part of it: Node asks `checkServerIdentity` only about chains that it trusts, so every
 * socket made with these options asks `pinnedCertificateFault` too.
 */
export function memberTlsOptions(member: MemberConfig, tls: MemberTlsConfig): ConnectionOptions {
  const name = tls.serverName ?? member.host;
  return {
    // An address is never sent as SNI (RFC 6066 section 3).
    servername: isIP(name) === 0 ? name : "",
    rejectUnauthorized: tls.verify && tls.fingerprint === null,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    minVersion: tls.minVersion,
    ALPNProtocols: ["http/1.1"],
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...oldServerOptions(tls),
  };
}

/** OpenSSL 3 needs to be asked twice before it talks to the Windows Server 2003 and 2008 below Exchange 2007. */
function oldServerOptions(tls: MemberTlsConfig): ConnectionOptions {
  if (tls.minVersion !== "TLSv1" && tls.minVersion !== "TLSv1.1") return {};
  return { ciphers: "DEFAULT@SECLEVEL=0", secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT };
}

/**
 * Why the certificate that the handshake showed is not the pinned one; null = nothing to object. To be asked at
 * "secureConnect", before anything is written.
 */
export function pinnedCertificateFault(socket: TLSSocket, tls: MemberTlsConfig): string | null {
  if (tls.fingerprint === null) return null;
  const actual = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(":", "").toLowerCase() ?? "missing";
  if (actual === tls.fingerprint) return null;
  return `the certificate is not the pinned one: its SHA-256 fingerprint is ${actual}`;
}
