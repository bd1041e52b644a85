import {
  constants,
  performServerHandshake,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { TLSSocket } from "node:tls";
import type { ConnectionFacts } from "../farm/exchange-record.ts";
import { keepAliveBeforeFirstMs, lingerMs } from "../forward/client-limits.ts";
import type { ClientSettings } from "../forward/client-settings.ts";
import type { ClientOrigin } from "../forward/client-side.ts";
import { connectionFacts } from "../forward/connection-facts.ts";
import { guarded } from "../forward/guarded.ts";
import { FrameBudget, frameCost } from "./frame-budget.ts";
import { Timeout } from "../util/timer-wheel.ts";
import {
  connectionWindow,
  maxFields,
  maxSentHead,
  maxSessionMemory,
  maxStreams,
  smallPiece,
  streamWindow,
} from "./http2-limits.ts";
import { StreamClient, type StreamConnection } from "./stream-client.ts";

const endStreamFlag = 1;
/** Nobody reads it. */
const aborted = new Error("the connection was aborted");

/** One client's HTTP/2 connection: frames, flow control and HPACK are node:http2's, each stream is an exchange. */
export class Http2Connection implements StreamConnection {
  readonly socket: TLSSocket;
  readonly origin: ClientOrigin;
  readonly facts: ConnectionFacts;
  readonly settings: ClientSettings;
  readonly serverName: string | null;
  readonly #session: ServerHttp2Session;
  readonly #streams = new Set<StreamClient>();
  readonly #timeout: Timeout;
  readonly #budget: FrameBudget;
  #keepAliveMs = keepAliveBeforeFirstMs;
  #closing = false;

  constructor(socket: TLSSocket, origin: ClientOrigin, settings: ClientSettings) {
    this.socket = socket;
    this.origin = origin;
    this.settings = settings;
    this.facts = connectionFacts(socket, origin.passedOn);
    this.serverName = typeof socket.servername === "string" ? socket.servername.toLowerCase() : null;
    this.#budget = new FrameBudget(settings.monotonic);
    this.#timeout = new Timeout(guarded(this, () => this.#timedOut()));
    this.#session = performServerHandshake(socket, {
      maxHeaderListPairs: maxFields,
      maxSendHeaderBlockLength: maxSentHead,
      maxSessionMemory,
      settings: {
        enableConnectProtocol: true,
        initialWindowSize: streamWindow,
        maxConcurrentStreams: maxStreams,
        // One that is a little too large gets an answer that says so.
        maxHeaderListSize: settings.maxHeaderBytes * 2,
      },
    });
    this.#session.setLocalWindowSize(connectionWindow);
    this.#hear();
    settings.wheel.arm(this.#timeout, settings.headerTimeoutMs);
  }

  #hear(): void {
    const session = this.#session;
    session.on("stream", (stream: ServerHttp2Stream, _headers: IncomingHttpHeaders, flags: number, fields: string[]) =>
      this.#begin(stream, flags, fields),
    );
    session.on("ping", () => this.#spend(frameCost.ping));
    session.on("remoteSettings", () => this.#spend(frameCost.settings));
    session.on("error", () => undefined);
    session.on("close", () => this.settings.wheel.disarm(this.#timeout));
    // Without its frames no response could be finished: there is no half-close.
    this.socket.on("end", () => session.destroy());
  }

  /** It is told of the end; what it has asked for is answered. */
  close(): void {
    if (this.#closing || this.#session.destroyed) return;
    this.#closing = true;
    // Its GOAWAY names the last request that was read; later ones may safely be sent again (RFC 9113 6.8).
    this.#session.close();
  }

  get closing(): boolean {
    return this.#closing;
  }

  set closing(closing: boolean) {
    if (closing) this.close();
  }

  abort(): void {
    // With an error: else Node would reset streams in the middle of their responses as if nothing was wrong.
    this.#session.destroy(aborted, constants.NGHTTP2_INTERNAL_ERROR);
    this.socket.destroy();
  }

  answered(keepAliveMs: number): void {
    this.#keepAliveMs = keepAliveMs;
    this.#budget.earn(frameCost.reset);
  }

  resetByClient(): void {
    this.#spend(frameCost.reset);
  }

  pieceHeld(bytes: number): void {
    if (bytes < smallPiece) this.#spend(frameCost.smallPiece);
  }

  streamClosed(client: StreamClient): void {
    this.#streams.delete(client);
    if (this.#streams.size === 0) this.settings.wheel.arm(this.#timeout, this.#keepAliveMs);
  }

  internalError(error: unknown): void {
    this.settings.failed(error);
    this.abort();
  }

  #begin(stream: ServerHttp2Stream, flags: number, fields: readonly string[]): void {
    // A reset came right behind the request: nobody is troubled with it.
    if (stream.destroyed || stream.closed) {
      this.resetByClient();
      return;
    }
    try {
      const client = new StreamClient(stream, this);
      this.#streams.add(client);
      this.settings.wheel.disarm(this.#timeout);
      guarded(client, () => client.begin(fields, (flags & endStreamFlag) === 0))();
    } catch (error) {
      this.internalError(error);
    }
  }

  #spend(cost: number): void {
    if (this.#session.destroyed || this.#budget.spend(cost)) return;
    this.#session.destroy(aborted, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #timedOut(): void {
    if (this.#session.closed) {
      this.abort();
      return;
    }
    this.#session.close();
    this.settings.wheel.arm(this.#timeout, lingerMs);
  }
}
