import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ForwardedConfig, ListenerConfig } from "../config/config.ts";
import { ClientConnection } from "../forward/client-connection.ts";
import type { ClientSettings } from "../forward/client-settings.ts";
import { type ClientOrigin, unixPeer } from "../forward/client-side.ts";
import type { ProxyAddresses } from "../http/proxy-header-result.ts";
import { Http2Connection } from "../http2/http2-connection.ts";
import { handshakePlace, listenerMetrics, type Refusal, refusalPlace } from "../observe/listener-metrics.ts";
import { add } from "../observe/metric-layout.ts";
import type { Log } from "../observe/log.ts";
import type { OpenChallenges } from "../router/open-challenges.ts";
import type { Clock } from "../util/clock.ts";
import { originOf, peerReader } from "./client-origin.ts";
import { certificateLineReader } from "./client-certificate.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { OcspStaples } from "./ocsp-staples.ts";
import { receiveProxyHeader } from "./receive-proxy-header.ts";
import type { Refusals } from "./refusals.ts";
import { createTlsEntrance, type TlsEntrance } from "./tls-entrance.ts";
import { trustedPeers } from "./trusted-peers.ts";

export interface EntranceOptions {
  readonly config: ListenerConfig;
  readonly forwarded: ForwardedConfig;
  readonly client: ClientSettings;
  readonly challenges: OpenChallenges;
  readonly staples: OcspStaples;
  /** Of the whole process. */
  readonly limits: ConnectionLimits;
  readonly refusals: Refusals;
  /** Fields that clients may not send, lower case. */
  readonly removed: readonly string[];
  readonly now: Clock["now"];
  readonly log: Log;
  /** As `listenerMetrics` says. */
  readonly counts: Float64Array;
  /** 48 bytes, for TLS session tickets; null = Node's own, known to this process alone. */
  readonly ticketKeys: Buffer | null;
}

/** What is the same for the connections that are accepted from now on. */
export interface Entrance {
  /** Brings an accepted connection to where its requests are read, or closes it. */
  readonly enter: Serve;
  readonly tls: TlsEntrance | null;
}

type Serve = (socket: Socket) => void;

/** A client's connection, whatever its version of HTTP. */
export interface OpenConnection {
  readonly socket: Socket;
  /** Ends it once nothing is under way. */
  close(): void;
  /** true: its handshake ended late, it gets one answer. */
  closing: boolean;
  abort(): void;
}

/** What an entrance tells the door whose connections come through it. */
export interface Inside {
  started(connection: OpenConnection): void;
  /** Of which the PROXY protocol's header is not yet there. */
  readonly waiting: Set<Socket>;
}

const keepAliveAfterMs = 60_000;
/** Where time-outs are off: nothing is gained by waiting longer for what every client sends at once. */
const longestStartMs = 120_000;

/** In this order: PROXY protocol, limits, TLS, HTTP. */
export function createEntrance(options: EntranceOptions, inside: Inside): Entrance {
  const { enter, tls } =
    options.config.proxyProtocol === null ? direct(options, inside) : behindBalancer(options, inside);
  return { enter: guarded(options.client, enter), tls };
}

/** Closes a connection of which nothing was read; a reset costs nothing afterwards. */
export function refuse(socket: Socket, reason: Refusal, { refusals, counts }: EntranceOptions, client?: string): void {
  const peer = socket.remoteAddress;
  add(counts, refusalPlace(reason), 1);
  refusals.add(reason, client ?? peer ?? unixPeer);
  if (peer === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

function direct(options: EntranceOptions, inside: Inside): Entrance {
  const { config, forwarded, limits } = options;
  const peerOf = peerReader(config);
  const origin = originOf(config, forwarded, options.removed);
  const originAt = (socket: Socket): ClientOrigin | null => {
    const peer = peerOf(socket);
    return peer === null ? null : origin(peer);
  };
  const { enter, tls } = createServe(options, inside, originAt);
  return {
    tls,
    enter(socket) {
      const from = limits.limitsClients ? originAt(socket) : null;
      if (from === null || limits.admitClient(socket, from)) enter(socket);
      else refuse(socket, "client-limit", options);
    },
  };
}

function behindBalancer(options: EntranceOptions, inside: Inside): Entrance {
  const { config, client, forwarded, limits } = options;
  const peerOf = peerReader(config);
  const origin = originOf(config, forwarded, options.removed);
  const { waiting } = inside;
  const isBalancer = trustedPeers(config.proxyProtocol ?? []);
  const origins = new WeakMap<Socket, ClientOrigin>();
  const { enter, tls } = createServe(
    options,
    inside,
    (socket) => origins.get(socket) ?? origins.get(belowTls(socket)) ?? null,
  );
  const timeoutMs = startMs(client);
  const received = (socket: Socket, peer: string, from: ProxyAddresses | null): void => {
    waiting.delete(socket);
    const found = origin(from?.source.address ?? peer);
    // A balancer that speaks for itself stands for nobody.
    if (from !== null && !limits.admitClient(socket, found)) {
      refuse(socket, "client-limit", options, found.address);
      return;
    }
    origins.set(socket, from === null ? found : { ...found, passedOn: from });
    enter(socket);
    socket.resume();
  };
  const wait = (socket: Socket, peer: string): void => {
    waiting.add(socket);
    receiveProxyHeader(socket, {
      wheel: client.wheel,
      timeoutMs,
      received: (from) => guarded(client, () => received(socket, peer, from))(socket),
      refused(reason) {
        waiting.delete(socket);
        refuse(socket, reason, options);
      },
    });
  };
  return {
    tls,
    enter(socket) {
      const peer = peerOf(socket);
      if (peer === null) socket.destroy();
      else if (isBalancer(peer)) wait(socket, peer);
      else refuse(socket, "not-a-balancer", options);
    },
  };
}

/** Where a connection comes from; null = it is gone. For TLS it is asked once the handshake is done. */
type OriginReader = (socket: Socket) => ClientOrigin | null;

function createServe(options: EntranceOptions, inside: Inside, origin: OriginReader): Entrance {
  const { config, client, counts, log } = options;
  const lineOf = certificateLineReader(config.tls?.clientCertificate ?? null, options.now);
  const serve = (socket: Socket): void => {
    const from = origin(socket);
    if (from === null) {
      socket.destroy();
      return;
    }
    socket.setKeepAlive(true, keepAliveAfterMs);
    const certificateLine = lineOf(socket);
    const proven = certificateLine === "" ? from : { ...from, certificateLine };
    inside.started(
      isHttp2(socket) ? new Http2Connection(socket, proven, client) : new ClientConnection(socket, proven, client),
    );
  };
  if (config.tls === null) return { enter: serve, tls: null };
  const serveSecure = guarded(client, serve);
  const tls = createTlsEntrance({
    tls: config.tls,
    challenges: options.challenges,
    staples: options.staples,
    handshakeTimeoutMs: startMs(client),
    after: client.after,
    accept(socket) {
      add(counts, handshakePlace(socket.getProtocol(), socket.isSessionReused()), 1);
      socket.allowHalfOpen = true;
      serveSecure(socket);
    },
    failed(socket, { message }) {
      add(counts, listenerMetrics.handshakesFailed, 1);
      log("listener.tls-failed", { client: origin(socket)?.address ?? socket.remoteAddress ?? "-", problem: message });
    },
  });
  if (options.ticketKeys !== null) tls.setTicketKeys(options.ticketKeys);
  return {
    tls,
    enter(socket) {
      // Who sends no more in the middle of a handshake cannot end it.
      socket.allowHalfOpen = false;
      tls.accept(socket);
    },
  };
}

/** For what comes before the first request. */
function startMs({ headerTimeoutMs }: ClientSettings): number {
  return headerTimeoutMs === 0 ? longestStartMs : headerTimeoutMs;
}

function isHttp2(socket: Socket): socket is TLSSocket {
  return socket instanceof TLSSocket && socket.alpnProtocol === "h2";
}

/** The accepted socket of a TLS connection; Node's documentation has no way to it. */
function belowTls(socket: Socket): Socket {
  const below: Socket | undefined = Reflect.get(socket, "_parent");
  return below ?? socket;
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
