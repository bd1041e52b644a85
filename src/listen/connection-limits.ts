import type { Socket } from "node:net";
import ipaddr from "ipaddr.js";
import type { LimitsConfig } from "../config/config.ts";
import { type ClientOrigin, unixPeer } from "../forward/client-side.ts";

/** What is kept of the file handles for everything but clients and their members: log, admin API, checks, the program. */
const reservedHandles = 128;

/** Counts the client connections of one process. */
export class ConnectionLimits {
  readonly #ownMost: number;
  readonly #clients = new Map<string, number>();
  #count = 0;
  #most = Infinity;
  #mostPerClient = Infinity;
  #reported = 0;
  #elsewhere = 0;

  /** `fileHandles`: how many files this process may have open; null = it is not known, or not limited. */
  constructor(fileHandles: number | null) {
    // Each may need a connection to a member.
    this.#ownMost = fileHandles === null ? Infinity : Math.max(Math.floor((fileHandles - reservedHandles) / 2), 1);
  }

  /** For connections that are accepted from now on. */
  configure({ connections, connectionsPerClient }: Omit<LimitsConfig, "requests">): void {
    this.#most = connections ?? Infinity;
    this.#mostPerClient = connectionsPerClient ?? Infinity;
  }

  /** What the other processes must know of this one; null = nothing new. */
  newCount(): number | null {
    const count = this.#most === Infinity ? 0 : this.#count;
    if (count === this.#reported) return null;
    this.#reported = count;
    return count;
  }

  /** `count`: in all processes together, as was reported last. They all count for `limits.connections`. */
  limitWith(count: number): void {
    this.#elsewhere = Math.max(0, count - this.#reported);
  }

  get limitsClients(): boolean {
    return this.#mostPerClient !== Infinity;
  }

  /** Takes a place for a connection, until `release`; false = there is none. */
  admit(): boolean {
    if (this.#count >= this.#ownMost || this.#count + this.#elsewhere >= this.#most) return false;
    this.#count += 1;
    return true;
  }

  /** A connection that was admitted has closed. */
  release(): void {
    this.#count -= 1;
  }

  /** Takes one of a client's places, until the socket closes; false = there is none. */
  admitClient(socket: Socket, { address, trusted }: Pick<ClientOrigin, "address" | "trusted">): boolean {
    // Behind them are many clients.
    if (trusted || address === unixPeer) return true;
    const client = clientOf(address);
    const count = this.#clients.get(client) ?? 0;
    if (count >= this.#mostPerClient) return false;
    this.#clients.set(client, count + 1);
    socket.once("close", () => this.#left(client));
    return true;
  }

  #left(client: string): void {
    const count = (this.#clients.get(client) ?? 0) - 1;
    if (count > 0) this.#clients.set(client, count);
    else this.#clients.delete(client);
  }
}

/** One client has a whole /64 of IPv6 addresses to choose from. */
function clientOf(address: string): string {
  if (!address.includes(":")) return address;
  const parsed = ipaddr.parse(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(":") : address;
}
