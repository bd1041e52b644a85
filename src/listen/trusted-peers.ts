import ipaddr from "ipaddr.js";

/** Is an address within one of the CIDRs? IPv4 addresses in their IPv6 form count as IPv4. */
export function trustedPeers(cidrs: readonly string[]): (address: string) => boolean {
  const ranges = cidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  return (address) => {
    const parsed = ipaddr.process(address);
    return ranges.some((range) => parsed.kind() === range[0].kind() && parsed.match(range));
  };
}
