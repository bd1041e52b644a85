import { EventEmitter, once } from "node:events";
import type { Socket } from "node:net";
import { listenerMetrics } from "../observe/listener-metrics.ts";
import { add } from "../observe/metric-layout.ts";
import { createEntrance, type EntranceOptions, type OpenConnection, refuse } from "./entrance.ts";

/**
 * How connections end on which nothing is under way. "at-once": new ones are refused, too. "after-next": each gets one
 * more answer, so that no request is lost that is just on its way; where none comes, its time-out ends it.
 */
export type Closing = "at-once" | "after-next";

/** What happens to the accepted connections of one listener, whoever bound its port. */
export interface Door {
  /** Serves a connection of which nothing was read, from a server made with `acceptedSocketOptions`. */
  accept(socket: Socket): void;
  /** For connections that are accepted from now on; the others keep what they began with. */
  configure(options: EntranceOptions): void;
  /** Session tickets are made and read with these from now on. */
  setTicketKeys(keys: Buffer): void;
  /** Ends the connections, all of them after `graceMs` at the latest. */
  close(graceMs: number, manner: Closing): Promise<void>;
}

/** What a `net.Server` must be made with whose connections go through a door. */
export const acceptedSocketOptions = { allowHalfOpen: true, noDelay: true } as const;

export function createDoor(options: EntranceOptions): Door {
  const connections = new Set<OpenConnection>();
  const sockets = openSockets(options);
  const waiting = new Set<Socket>();
  let closing: Closing | null = null;
  const started = (connection: OpenConnection): void => {
    connections.add(connection);
    connection.socket.once("close", () => connections.delete(connection));
    if (closing !== null) connection.closing = true;
  };
  const inside = { started, waiting };
  let entrance = createEntrance(options, inside);
  let { client } = options;
  const abort = (): void => {
    for (const connection of connections) connection.abort();
    sockets.destroyAll();
  };
  return {
    accept(socket) {
      if (closing === "at-once") socket.destroy();
      else if (sockets.add(socket)) entrance.enter(socket);
      else refuse(socket, "limit", options);
    },
    configure(next) {
      entrance = createEntrance(next, inside);
      ({ client } = next);
    },
    setTicketKeys(keys) {
      entrance.tls?.setTicketKeys(keys);
    },
    async close(graceMs, manner) {
      closing = manner;
      for (const connection of connections) {
        if (manner === "at-once") connection.close();
        else connection.closing = true;
      }
      if (manner === "at-once") for (const socket of waiting) socket.destroy();
      if (sockets.count() === 0) return;
      const deadline = client.after(graceMs, abort);
      await sockets.untilNone();
      deadline.cancel();
    },
  };
}

/** All accepted sockets, also those in the middle of a TLS handshake. */
function openSockets({ counts, limits }: EntranceOptions) {
  const sockets = new Set<Socket>();
  const events = new EventEmitter();
  const closed = (socket: Socket): void => {
    add(counts, listenerMetrics.open, -1);
    limits.release();
    sockets.delete(socket);
    if (sockets.size === 0) events.emit("none");
  };
  return {
    count: () => sockets.size,
    /** false = there are too many. */
    add(socket: Socket): boolean {
      if (!limits.admit()) return false;
      sockets.add(socket);
      add(counts, listenerMetrics.accepted, 1);
      add(counts, listenerMetrics.open, 1);
      socket.once("close", () => closed(socket));
      return true;
    },
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
    untilNone: async () => once(events, "none"),
  };
}
