import { constants } from "node:crypto";
import { isIP } from "node:net";
import { type ConnectionOptions, type TLSSocket, checkServerIdentity } from "node:tls";
import type { MemberConfig, MemberTlsConfig } from "../config/config.ts";

/**
 * How a TLS connection to a member is made; health checks and forwarding share it, so that they judge alike.
 * `publishedName`, a Host header's value, stands in where the farm sets no server name; undefined: the server's own host.
 * A pinned `fingerprint` is not part of it: Node asks `checkServerIdentity` only about chains that it trusts, so every
 * socket made with these options goes through `refuseUnpinned` too.
 */
export function memberTlsOptions(
  member: MemberConfig,
  tls: MemberTlsConfig,
  publishedName: string | undefined,
): ConnectionOptions {
  const name = tls.serverName ?? dnsName(publishedName) ?? member.host;
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

/** The name in a Host header's value; null where it is an address or nothing. */
function dnsName(host: string | undefined): string | null {
  const name = host?.replace(/:\d*$/, "") ?? "";
  return name === "" || name.startsWith("[") || isIP(name) !== 0 ? null : name;
}

/** OpenSSL 3 needs to be asked twice before it talks to the Windows Server 2003 and 2008 below Exchange 2007. */
function oldServerOptions(tls: MemberTlsConfig): ConnectionOptions {
  if (tls.minVersion !== "TLSv1" && tls.minVersion !== "TLSv1.1") return {};
  return { ciphers: "DEFAULT@SECLEVEL=0", secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT };
}

/**
 * Destroys the socket, with an error that says why, when the handshake shows another certificate than the pinned one.
 * Call it right after `connect`, before anybody else listens for "secureConnect".
 */
export function refuseUnpinned(socket: TLSSocket, tls: MemberTlsConfig): void {
  if (tls.fingerprint === null) return;
  socket.once("secureConnect", () => {
    const actual = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(":", "").toLowerCase() ?? "missing";
    if (actual === tls.fingerprint) return;
    socket.destroy(new Error(`the certificate is not the pinned one: its SHA-256 fingerprint is ${actual}`));
  });
}
