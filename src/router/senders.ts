import type { ClientSide } from "../forward/client-side.ts";
import { forwardedSender } from "../http/forwarded-for.ts";
import { type IpAddress, parseIpAddress } from "../util/ip-address.ts";
import { withinNetworks } from "../util/ip-ranges.ts";

const maxKnown = 4096;
/** Longer than any address: what is longer is not remembered, and not one. */
const maxAddress = 45;

/** Who sends requests: the peer of the connection or, behind trusted proxies, whom these say. */
export class Senders {
  readonly #isTrusted: (value: bigint) => boolean;
  /** Addresses that proxies have told, as written. */
  readonly #known = new Map<string, IpAddress | null>();
  readonly #parse = (text: string): IpAddress | null => this.#known.get(text) ?? this.#learn(text);

  constructor(trusted: readonly string[]) {
    this.#isTrusted = withinNetworks(trusted);
  }

  /** null = a trusted proxy says something that is no address. */
  senderOf({ origin, head }: Pick<ClientSide, "origin" | "head">): IpAddress | null {
    if (!origin.trusted || head.forwardedFor === "") return origin.ip;
    return forwardedSender(head.forwardedFor, this.#isTrusted, this.#parse);
  }

  #learn(text: string): IpAddress | null {
    if (text.length > maxAddress) return null;
    if (this.#known.size >= maxKnown) this.#known.clear();
    // A copy of its own: a part of the header would keep the whole of it in memory.
    const own = Buffer.from(text, "latin1").toString("latin1");
    const address = parseIpAddress(own);
    this.#known.set(own, address);
    return address;
  }
}
