import type { Socket } from "node:net";
import type { ForwardedConfig, ListenerConfig } from "../config/config.ts";
import { type ClientOrigin, unixPeer } from "../forward/client-side.ts";
import { withinNetworks } from "../util/ip-ranges.ts";
import { peerAddress } from "./trusted-peers.ts";

type Listening = Pick<ListenerConfig, "tls" | "unix">;

/** The address at the other end of a listener's connection, without zone; null = the connection is already gone. */
export function peerReader(listener: Listening): (socket: Pick<Socket, "remoteAddress">) => string | null {
  if (listener.unix !== null) return () => unixPeer;
  return ({ remoteAddress }) => {
    if (remoteAddress === undefined) return null;
    const mapped = remoteAddress.startsWith("::ffff:") ? remoteAddress.slice(7) : remoteAddress;
    // A link-local address has its interface behind a "%".
    return mapped.replace(/%.*/, "");
  };
}

/** What is known of a client by its address. `removed` are fields that it may not send, lower case. */
export function originOf(
  listener: Listening,
  forwarded: ForwardedConfig,
  removed: readonly string[],
): (address: string) => ClientOrigin {
  const facts = { standard: forwarded.standard, removed, certificateLine: "" };
  const isTrusted = withinNetworks(forwarded.trusted);
  const protocol = listener.tls === null ? "http" : "https";
  return (address) => {
    const ip = peerAddress(address);
    return { ...facts, address, ip, protocol, trusted: isTrusted(ip.value) };
  };
}
