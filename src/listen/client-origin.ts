import type { Socket } from "node:net";
import type { ForwardedConfig, ListenerConfig } from "../config/config.ts";
import { type ClientOrigin, unixPeer } from "../forward/client-side.ts";
import { trustedPeers } from "./trusted-peers.ts";

/** Reads where connections of a listener come from; null = the connection is already gone. */
export function originReader(
  listener: Pick<ListenerConfig, "tls" | "unix">,
  forwarded: ForwardedConfig,
): (socket: Pick<Socket, "remoteAddress">) => ClientOrigin | null {
  const isTrusted = trustedPeers(forwarded.trusted);
  const protocol = listener.tls === null ? "http" : "https";
  const onUnix = listener.unix !== null;
  return ({ remoteAddress }) => {
    if (onUnix) return { address: unixPeer, protocol, trusted: isTrusted(unixPeer), standard: forwarded.standard };
    if (remoteAddress === undefined) return null;
    const mapped = remoteAddress.startsWith("::ffff:") ? remoteAddress.slice(7) : remoteAddress;
    // A link-local address has its interface behind a "%".
    const address = mapped.replace(/%.*/, "");
    return { address, protocol, trusted: isTrusted(address), standard: forwarded.standard };
  };
}
