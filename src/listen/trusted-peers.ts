import { unixPeer } from "../forward/client-side.ts";
import { type IpAddress, parseIpAddress, unixAddress } from "../util/ip-address.ts";
import { withinNetworks } from "../util/ip-ranges.ts";

/** Is an address within one of the networks ("unix": any Unix domain socket)? IPv4 in its IPv6 form counts as IPv4. */
export function trustedPeers(networks: readonly string[]): (address: string) => boolean {
  const isWithin = withinNetworks(networks);
  return (address) => isWithin(peerAddress(address).value);
}

/** Of a peer as `peerReader` or the PROXY protocol tells it. */
export function peerAddress(text: string): IpAddress {
  if (text === unixPeer) return unixAddress;
  return parseIpAddress(text) ?? { text, value: nowhere, network: text };
}

/** In no network. */
const nowhere = -2n;
