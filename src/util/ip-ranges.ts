import { type IpRange, parseIpNetwork } from "./ip-address.ts";

/**
 * Is an address (its value) within one of the networks? Takes time by the logarithm of their number and allocates nothing.
 * Throws where one of them is none.
 */
export function withinNetworks(networks: readonly string[]): (value: bigint) => boolean {
  const merged = merge(networks.map(rangeOf));
  const firsts = merged.map(({ first }) => first);
  const lasts = merged.map(({ last }) => last);
  return (value) => {
    let low = 0;
    let high = firsts.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (value < (firsts[middle] ?? 0n)) high = middle - 1;
      else if (value > (lasts[middle] ?? 0n)) low = middle + 1;
      else return true;
    }
    return false;
  };
}

function rangeOf(network: string): IpRange {
  const range = parseIpNetwork(network);
  if (range === null) throw new RangeError(`${network} is not a network`);
  return range;
}

function merge(ranges: readonly IpRange[]): IpRange[] {
  const merged: IpRange[] = [];
  for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = merged.at(-1);
    if (before === undefined || range.first > before.last) merged.push(range);
    else merged[merged.length - 1] = { first: before.first, last: range.last > before.last ? range.last : before.last };
  }
  return merged;
}
