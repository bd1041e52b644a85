import * as net from "node:net";
import { once } from "node:events";

/** A socket that is bound but on which nobody accepts yet: it can be sent to another process, which does. */
export interface SocketHandle {
  close(): void;
  /** Fills `out`; returns 0, or libuv's error number where the port is taken. Not for paths. */
  getsockname?(out: { port?: number }): number;
}

/** `address`: null = all, IPv4 and IPv6. `addressType`: 4, 6, or -1 for a path. `flags`: 1 = IPv6 only. */
type BindHandle = (
  ...place: [address: string | null, port: number, addressType: number, fd?: undefined, flags?: number]
) => SocketHandle | number;

type Listen2 = (address: null, port: number, addressType: number, backlog: number) => void;

/**
 * Returns libuv's error number where it can't be had. It is what `node:cluster` binds the sockets of its workers with;
 * not in Node's documentation, but unlike `listen` it makes a handle that does not accept.
 */
export const bindHandle: BindHandle = Reflect.get(net, "_createServerHandle");

/** Accepts on a bound socket, in the way `node:cluster` does: `server.listen` takes no handle of a Unix domain socket. */
export async function listenOn(server: net.Server, handle: SocketHandle, backlog: number): Promise<void> {
  Object.assign(server, { _handle: handle });
  const listen: Listen2 = Reflect.get(server, "_listen2");
  listen.call(server, null, -1, -1, backlog);
  await once(server, "listening");
}
