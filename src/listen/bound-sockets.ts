import { isIPv6 } from "node:net";
import { getSystemErrorName } from "node:util";
import type { Config, ListenerConfig } from "../config/config.ts";
import { bindHandle, type SocketHandle } from "./bind-handle.ts";
import { ListenError } from "./listen-error.ts";
import { bindUnixSocket, freeUnixSocket, setSocketMode, unixSocketRemoval } from "./unix-socket.ts";

interface BoundSocket {
  readonly handle: SocketHandle;
  /** 0 = none: a Unix domain socket. */
  readonly port: number;
  /** What is left besides the handle when it is closed for good. */
  readonly remove: () => void;
}

/** The sockets of all listeners, held by the process that decides, so that they outlive every worker. */
export interface BoundSockets {
  /** By key. */
  readonly all: ReadonlyMap<string, BoundSocket>;
  /**
   * Binds what `config` needs and is not there yet. Rejects with a ListenError, with nothing changed, where one can't be
   * had. Returns the keys of the new ones.
   */
  open(config: Config): Promise<string[]>;
  /** Closes those that `config` does not need, and gives the others the permissions that it says. */
  keepOnly(config: Config): void;
  /** They belong to another process now: closes the handles, but leaves all that they need. */
  giveAway(): void;
  close(): void;
}

/** Names the socket of each listener: the same in every configuration that has the same listener. */
export function socketKeys(listeners: readonly Pick<ListenerConfig, "address" | "port" | "unix">[]): string[] {
  const seen = new Map<string, number>();
  return listeners.map(({ address, port, unix }) => {
    const place = unix === null ? `${address}|${port}` : `unix|${unix.path}`;
    const count = (seen.get(place) ?? 0) + 1;
    seen.set(place, count);
    // Several may ask for "any free port".
    return count === 1 ? place : `${place}|${count}`;
  });
}

/** `adopted`: bound sockets of another process, by key. */
export function createBoundSockets(adopted: ReadonlyMap<string, SocketHandle> = new Map()): BoundSockets {
  const all = new Map<string, BoundSocket>();
  for (const [key, handle] of adopted) all.set(key, { handle, port: portOf(handle), remove: removalOf(key) });
  const drop = (key: string): void => {
    const socket = all.get(key);
    if (socket === undefined) return;
    all.delete(key);
    socket.remove();
    socket.handle.close();
  };
  return {
    all,
    async open({ listeners }) {
      const opened: string[] = [];
      try {
        for (const [index, key] of socketKeys(listeners).entries()) {
          const listener = listeners[index];
          if (listener === undefined || all.has(key)) continue;
          all.set(key, await bind(listener));
          opened.push(key);
        }
      } catch (error) {
        for (const key of opened) drop(key);
        throw error;
      }
      return opened;
    },
    keepOnly({ listeners }) {
      const wanted = new Set(socketKeys(listeners));
      for (const key of all.keys()) if (!wanted.has(key)) drop(key);
      for (const { unix } of listeners) if (unix !== null) setSocketMode(unix);
    },
    giveAway() {
      for (const { handle } of all.values()) handle.close();
      all.clear();
    },
    close() {
      for (const key of all.keys()) drop(key);
    },
  };
}

async function bind(listener: ListenerConfig): Promise<BoundSocket> {
  try {
    return listener.unix === null ? bindPort(listener) : await bindPath(listener.unix);
  } catch (error) {
    if (error instanceof ListenError) throw error;
    throw new ListenError(listener, error instanceof Error && "code" in error ? String(error.code) : String(error));
  }
}

async function bindPath(unix: NonNullable<ListenerConfig["unix"]>): Promise<BoundSocket> {
  await freeUnixSocket(unix.path);
  return { ...bindUnixSocket(unix), port: 0 };
}

const ipv6Only = 1;

function bindPort(listener: ListenerConfig): BoundSocket {
  const { address, port } = listener;
  // Without an address Node takes all of them, IPv6 and IPv4.
  const place = address === "" ? null : address;
  const flags = address === "::" ? ipv6Only : 0;
  const handle = bindHandle(place, port, isIPv6(address) ? 6 : 4, undefined, flags);
  if (typeof handle === "number") throw new ListenError(listener, getSystemErrorName(handle));
  // A port that is taken shows only now.
  const fault = handle.getsockname?.({}) ?? 0;
  if (fault === 0) return { handle, port: portOf(handle), remove: () => undefined };
  handle.close();
  throw new ListenError(listener, getSystemErrorName(fault));
}

function portOf(handle: SocketHandle): number {
  const out: { port?: number } = {};
  handle.getsockname?.(out);
  return out.port ?? 0;
}

function removalOf(key: string): () => void {
  const [kind, path] = key.split("|");
  return kind === "unix" && path !== undefined ? unixSocketRemoval(path) : () => undefined;
}
