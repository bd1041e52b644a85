import ipaddr from "ipaddr.js";
import { unixPeer } from "../forward/client-side.ts";

/** Is an address within one of the networks ("unix": any Unix domain socket)? IPv4 in its IPv6 form counts as IPv4. */
export function trustedPeers(networks: readonly string[]): (address: string) => boolean {
  const unix = networks.includes("unix");
  const ranges = networks.filter((network) => network !== "unix").map((cidr) => ipaddr.parseCIDR(cidr));
  return (address) => {
    if (address === unixPeer) return unix;
    const parsed = ipaddr.process(address);
    return ranges.some((range) => parsed.kind() === range[0].kind() && parsed.match(range));
  };
}
