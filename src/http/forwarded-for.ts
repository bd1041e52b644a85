import { type IpAddress, parseIpAddress } from "../util/ip-address.ts";

/** More proxies in a row than that are nobody's. */
const maxHops = 32;

/**
 * Who sent a request, from an X-Forwarded-For that a trusted peer vouches for: the right-most address that is no trusted
 * proxy; where all are, the left-most. null = it can't be told, for something there is no address ("unknown", say).
 * What stands to the left of the answer is the client's own invention and is not even read.
 */
export function forwardedSender(
  forwardedFor: string,
  isTrusted: (value: bigint) => boolean,
  parse: (text: string) => IpAddress | null = parseIpAddress,
): IpAddress | null {
  let end = forwardedFor.length;
  for (let hop = 0; hop < maxHops; hop++) {
    const comma = forwardedFor.lastIndexOf(",", end - 1);
    const address = parse(addressOnly(forwardedFor.slice(comma + 1, end).trim()));
    if (address === null || !isTrusted(address.value) || comma === -1) return address;
    end = comma;
  }
  return null;
}

const withPort = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([\da-f:.]+)\])(?::\d{1,5})?$/i;

/** Some proxies add the port: "192.0.2.1:4711", "[2001:db8::1]:4711". */
function addressOnly(text: string): string {
  const match = withPort.exec(text);
  return match?.[1] ?? match?.[2] ?? text;
}
