import { once } from "node:events";
import { createServer, type Server } from "node:net";
import type { ListenerConfig } from "../config/config.ts";
import { listenOn } from "./bind-handle.ts";
import { acceptedSocketOptions, createDoor, type DoorOptions } from "./door.ts";
import { bindUnixSocket, freeUnixSocket } from "./unix-socket.ts";

/** A bound address and port with the client connections that came in by it. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections; ends the idle ones at once, the others after `graceMs` at the latest. */
  close(graceMs: number): Promise<void>;
}

const backlog = 4096;

interface BoundListener {
  readonly port: number;
  readonly remove: () => void;
}

/** Rejects where the address can't be bound. */
export async function startListener(options: DoorOptions): Promise<Listener> {
  const { config, log } = options;
  const door = createDoor(options);
  const server = createServer(acceptedSocketOptions, (socket) => door.accept(socket));
  const { port, remove } = await listen(server, config);
  // No file handle left for the next connection, for one; what is connected goes on.
  server.on("error", ({ message }) => log("listener.failed", { address: config.address, port, problem: message }));
  return {
    port,
    close: async (graceMs) => {
      const closed = once(server, "close");
      remove();
      server.close();
      await Promise.all([closed, door.close(graceMs)]);
    },
  };
}

async function listen(server: Server, { address, port, unix }: ListenerConfig): Promise<BoundListener> {
  if (unix !== null) {
    await freeUnixSocket(unix.path);
    const { handle, remove } = bindUnixSocket(unix);
    await listenOn(server, handle, backlog);
    return { port: 0, remove };
  }
  // Without a host Node takes all addresses, IPv6 and IPv4.
  server.listen({ port, backlog, ...(address === "" ? {} : { host: address, ipv6Only: address === "::" }) });
  await once(server, "listening");
  const bound = server.address();
  return { port: bound === null || typeof bound === "string" ? port : bound.port, remove: () => undefined };
}
