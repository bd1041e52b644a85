import { EventEmitter, once } from "node:events";
import type { Socket } from "node:net";
import type { ForwardedConfig, ListenerConfig } from "../config/config.ts";
import { ClientConnection } from "../forward/client-connection.ts";
import type { ClientSettings } from "../forward/client-settings.ts";
import { handshakePlace, listenerMetrics } from "../observe/listener-metrics.ts";
import { add } from "../observe/metric-layout.ts";
import type { Log } from "../observe/log.ts";
import type { OpenChallenges } from "../router/open-challenges.ts";
import { originReader } from "./client-origin.ts";
import { createTlsEntrance, type TlsEntrance } from "./tls-entrance.ts";

export interface DoorOptions {
  readonly config: ListenerConfig;
  readonly forwarded: ForwardedConfig;
  readonly client: ClientSettings;
  readonly challenges: OpenChallenges;
  readonly log: Log;
  /** As `listenerMetrics` says. */
  readonly counts: Float64Array;
  /** 48 bytes, for TLS session tickets; null = Node's own, known to this process alone. */
  readonly ticketKeys: Buffer | null;
}

/** What happens to the accepted connections of one listener, whoever bound its port. */
export interface Door {
  /** Serves a connection of which nothing was read, from a server made with `acceptedSocketOptions`. */
  accept(socket: Socket): void;
  /** For connections that are accepted from now on; the others keep what they began with. */
  configure(options: DoorOptions): void;
  /** Session tickets are made and read with these from now on. */
  setTicketKeys(keys: Buffer): void;
  /** Refuses new connections; ends the idle ones at once, the others after `graceMs` at the latest. */
  close(graceMs: number): Promise<void>;
}

/** What a `net.Server` must be made with whose connections go through a door. */
export const acceptedSocketOptions = { allowHalfOpen: true, noDelay: true } as const;

const keepAliveAfterMs = 60_000;
const longestHandshakeMs = 120_000;

type Serve = (socket: Socket) => void;

/** What is the same for the connections that are accepted from now on. */
interface Entrance {
  readonly serve: Serve;
  readonly tls: TlsEntrance | null;
}

export function createDoor(options: DoorOptions): Door {
  const connections = new Set<ClientConnection>();
  /** All of them, also those in the middle of a TLS handshake. */
  const sockets = new Set<Socket>();
  const events = new EventEmitter();
  let closing = false;
  const started = (connection: ClientConnection): void => {
    connections.add(connection);
    connection.socket.once("close", () => connections.delete(connection));
    // Its handshake ended late: it gets one answer.
    if (closing) connection.closing = true;
  };
  let entrance = createEntrance(options, started);
  let { client } = options;
  const abort = (): void => {
    for (const connection of connections) connection.abort();
    for (const socket of sockets) socket.destroy();
  };
  return {
    accept(socket) {
      if (closing) {
        socket.destroy();
        return;
      }
      sockets.add(socket);
      add(options.counts, listenerMetrics.accepted, 1);
      add(options.counts, listenerMetrics.open, 1);
      socket.once("close", () => {
        add(options.counts, listenerMetrics.open, -1);
        sockets.delete(socket);
        if (sockets.size === 0) events.emit("empty");
      });
      entrance.serve(socket);
    },
    configure(next) {
      entrance = createEntrance(next, started);
      ({ client } = next);
    },
    setTicketKeys(keys) {
      entrance.tls?.setTicketKeys(keys);
    },
    async close(graceMs) {
      closing = true;
      for (const connection of connections) connection.close();
      if (sockets.size === 0) return;
      const deadline = client.after(graceMs, abort);
      await once(events, "empty");
      deadline.cancel();
    },
  };
}

function createEntrance(options: DoorOptions, started: (connection: ClientConnection) => void): Entrance {
  const { config, client, log } = options;
  const originOf = originReader(config, options.forwarded);
  const serve = guarded(client, (socket) => {
    const origin = originOf(socket);
    // It was reset before it was accepted.
    if (origin === null) {
      socket.destroy();
      return;
    }
    socket.setKeepAlive(true, keepAliveAfterMs);
    started(new ClientConnection(socket, origin, client));
  });
  if (config.tls === null) return { serve, tls: null };
  const tls = createTlsEntrance({
    tls: config.tls,
    challenges: options.challenges,
    handshakeTimeoutMs: client.headerTimeoutMs === 0 ? longestHandshakeMs : client.headerTimeoutMs,
    after: client.after,
    accept(socket) {
      add(options.counts, handshakePlace(socket.getProtocol(), socket.isSessionReused()), 1);
      serve(socket);
    },
    failed(socket, { message }) {
      add(options.counts, listenerMetrics.handshakesFailed, 1);
      log("listener.tls-failed", { client: socket.remoteAddress ?? "-", problem: message });
    },
  });
  if (options.ticketKeys !== null) tls.setTicketKeys(options.ticketKeys);
  return { serve: (socket) => tls.accept(socket), tls };
}

/** A fault of ours must not end more than the one connection. */
function guarded(client: ClientSettings, serve: Serve): Serve {
  return (socket) => {
    try {
      serve(socket);
    } catch (error) {
      client.failed(error);
      socket.destroy();
    }
  };
}
