import { constants, type ServerHttp2Stream } from "node:http2";
import type { ConnectionFacts } from "../farm/exchange-record.ts";
import { ExchangeRecord } from "../farm/exchange-record.ts";
import type { FaultCode } from "../farm/faults.ts";
import { flushMs, keepAliveBeforeFirstMs, maxHeldBytes } from "../forward/client-limits.ts";
import type { ClientSettings } from "../forward/client-settings.ts";
import { block, type ClientOrigin, type ClientSide } from "../forward/client-side.ts";
import { breakExchange } from "../forward/end-exchange.ts";
import { exchangeTimedOut } from "../forward/exchange-timeout.ts";
import { Exchange } from "../forward/exchange.ts";
import { guarded } from "../forward/guarded.ts";
import { headExcess } from "../forward/head-excess.ts";
import { memberSide } from "../forward/member-side.ts";
import { ReadingGate } from "../forward/reading-gate.ts";
import {
  clientDrained,
  clientGone,
  clientHalfClosed,
  requestBytes,
  requestMalformed,
} from "../forward/receive-request.ts";
import { hostName } from "../http/authority.ts";
import { BodyFramer } from "../http/body-framer.ts";
import { framing } from "../http/framing.ts";
import { parseRequestHead, RequestHead } from "../http/request-head.ts";
import type { MemberConnection } from "../net/connected-member.ts";
import { Timeout } from "../util/timer-wheel.ts";
import { Http2Writer } from "./http2-writer.ts";
import { chunk, lastChunk, watchPieces } from "./request-body.ts";
import { http1Text } from "./request-text.ts";
import { hearStream } from "./stream-events.ts";
import { newWebSocketKey } from "./web-socket-key.ts";

/** What a stream needs to know of its connection. */
export interface StreamConnection {
  readonly origin: ClientOrigin;
  readonly facts: ConnectionFacts;
  readonly settings: ClientSettings;
  /** The name that the client asked for in its handshake; null = none. */
  readonly serverName: string | null;
  /** A request was answered. */
  answered(keepAliveMs: number): void;
  /** The client has reset the stream before its request was answered. */
  resetByClient(): void;
  /** A piece of a body that has to wait. */
  pieceHeld(bytes: number): void;
  streamClosed(client: StreamClient): void;
}

/** Resets a stream with INTERNAL_ERROR; nobody reads it. */
const interrupted = new Error("the response was interrupted");
const noPins: Map<string, MemberConnection> = new Map();

/** One HTTP/2 stream: the client's half of one exchange. Its request is read as if it had come as HTTP/1.1. */
export class StreamClient implements ClientSide {
  readonly multiplexed = true;
  readonly head = new RequestHead();
  readonly body = new BodyFramer();
  readonly record: ExchangeRecord;
  readonly origin: ClientOrigin;
  readonly sink: ServerHttp2Stream;
  readonly writer: Http2Writer;
  readonly reading: ReadingGate;
  /** Nothing can be pinned to one of many streams. */
  readonly pins = noPins;
  /** The end of a stream's request is no half-close; a tunnel's is. */
  readonly finished = false;
  ended = false;
  held: Buffer | null = null;
  closing = false;
  addedLines = "";
  webSocketKey = "";
  readonly #stream: ServerHttp2Stream;
  readonly #connection: StreamConnection;
  readonly #settings: ClientSettings;
  readonly #exchange: Exchange;
  readonly #timeout: Timeout;
  #state: "exchange" | "flushing" | "closed" = "exchange";

  constructor(stream: ServerHttp2Stream, connection: StreamConnection) {
    const { settings } = connection;
    this.#stream = stream;
    this.#connection = connection;
    this.#settings = settings;
    this.sink = stream;
    this.origin = connection.origin;
    this.record = new ExchangeRecord(connection.facts);
    this.writer = new Http2Writer(stream, this);
    this.reading = new ReadingGate(stream);
    this.#exchange = new Exchange(this, settings.routing, { monotonic: settings.monotonic, listen: memberSide });
    this.#timeout = new Timeout(guarded(this, () => this.#timedOut()));
    hearStream(stream, {
      internalError: (error) => this.internalError(error),
      drain: () => clientDrained(this.#exchange),
      aborted: () => this.#aborted(),
      close: () => this.#closed(),
    });
  }

  get dateLine(): () => string {
    return this.#settings.dateLine;
  }

  get misdirected(): boolean {
    const { serverName } = this.#connection;
    return serverName !== null && hostName(this.head.host) !== serverName;
  }

  /** `fields`: name, value, name, value … as they came. */
  begin(fields: readonly string[], bodyFollows: boolean): void {
    this.record.begin(this.#settings.monotonic());
    const read = http1Text(fields, bodyFollows, newWebSocketKey);
    if (typeof read === "string") this.#refuse(read);
    else {
      this.record.requestBytes = read.text.length;
      this.webSocketKey = read.webSocketKey;
      this.#receive(read.text, read.boundAuth, bodyFollows);
    }
  }

  #receive(text: string, boundAuth: boolean, bodyFollows: boolean): void {
    const { head, body } = this;
    if (text.length > this.#settings.maxHeaderBytes) {
      this.#refuse("header-too-large");
      return;
    }
    const problem = parseRequestHead(text, head);
    const excess = headExcess(head, this.#settings);
    if (excess !== null || problem !== null) {
      this.#refuse(excess ?? "bad-request");
      return;
    }
    body.start(head.framing, head.contentLength);
    // The announced length is there or the stream goes on, and never both.
    if (!bodyFollows && !body.done) {
      this.#refuse("bad-request");
      return;
    }
    this.#exchange.requestRead = body.done;
    if (boundAuth) {
      this.writer.requireHttp1();
      return;
    }
    if (bodyFollows) this.#listen();
    // Else Node resets a stream that nobody reads as soon as its response is written, even where END_STREAM still waits
    // for the client's window.
    else this.#stream.resume();
    this.#settings.routing.receive(this.#exchange);
  }

  #listen(): void {
    watchPieces(this.#stream, (bytes) => this.#connection.pieceHeld(bytes));
    this.#stream.on(
      "data",
      guarded(this, (bytes: Buffer) => this.#onBytes(bytes)),
    );
    this.#stream.on(
      "end",
      guarded(this, () => this.#onEnd()),
    );
  }

  armTimeout(ms: number): void {
    if (this.#state !== "closed") this.#settings.wheel.arm(this.#timeout, ms);
  }

  takeHeld(): Buffer | null {
    const { held } = this;
    this.held = null;
    this.reading.unblock(block.nextRequest);
    return held;
  }

  /** It carried what might authenticate a connection: no other request may use it. */
  pin(connection: MemberConnection): void {
    connection.member.finish(connection);
  }

  internalError(error: unknown): void {
    this.#settings.failed(error);
    if (this.#state === "exchange" && !this.#exchange.answered) requestMalformed(this.#exchange, "internal-error");
    else {
      this.record.failed("internal-error");
      this.abort();
    }
  }

  abort(): void {
    this.reset(constants.NGHTTP2_INTERNAL_ERROR);
  }

  reset(code: number): void {
    if (this.#state === "closed") return;
    this.#gone();
    const stream = this.#stream;
    // Node's close() would end the response first, and a part of a body would look like the whole.
    if (stream.headersSent) stream.destroy(interrupted);
    else stream.close(code);
  }

  exchangeDone(): void {
    if (this.#state !== "exchange") return;
    this.#settings.routing.ended(this.#exchange);
    const { farm, requestRead } = this.#exchange;
    this.#exchange.reset();
    this.#state = "flushing";
    const stream = this.#stream;
    if (!stream.writableEnded) {
      this.abort();
      return;
    }
    this.#connection.answered(farm?.config.timeouts.keepAliveMs ?? keepAliveBeforeFirstMs);
    if (!requestRead || this.webSocketKey !== "") this.#dropRest();
    // A client that takes nothing must not keep what is left for ever.
    this.armTimeout(farm?.config.timeouts.idleMs ?? flushMs);
  }

  #onBytes(bytes: Buffer): void {
    if (this.#state !== "exchange") {
      this.#endUnread();
      return;
    }
    const exchange = this.#exchange;
    const chunked = this.head.framing === framing.chunked && exchange.phase !== "tunnel";
    const rest = requestBytes(exchange, chunked ? chunk(bytes) : bytes);
    if (rest !== null) this.#hold(rest);
  }

  /** Of a WebSocket that the member has not agreed to yet. */
  #hold(bytes: Buffer): void {
    this.held = this.held === null ? bytes : Buffer.concat([this.held, bytes]);
    if (this.held.length > maxHeldBytes) this.reading.block(block.nextRequest);
  }

  #onEnd(): void {
    if (this.#state !== "exchange") return;
    const exchange = this.#exchange;
    if (exchange.phase === "tunnel") {
      this.ended = true;
      clientHalfClosed(exchange);
    } else if (this.webSocketKey !== "") breakExchange(exchange, "client-closed");
    else if (exchange.requestRead) return;
    else if (this.head.framing === framing.chunked) requestBytes(exchange, lastChunk);
    // Less than was announced.
    else requestMalformed(exchange, "bad-request");
  }

  #refuse(code: FaultCode): void {
    requestMalformed(this.#exchange, code);
  }

  #timedOut(): void {
    if (this.#state === "exchange") exchangeTimedOut(this.#exchange);
    else if (!this.#endUnread()) this.abort();
  }

  /** What still comes of the request is of no use. */
  #dropRest(): void {
    this.reading.unblock(block.connecting | block.memberFull | block.nextRequest);
    const stream = this.#stream;
    const endUnread = guarded(this, () => void this.#endUnread());
    const sent = (): void => void this.#settings.after(0, () => endUnread());
    if (stream.writableFinished) sent();
    else stream.once("finish", sent);
  }

  /**
   * RFC 9113 8.1: the response was complete, the rest of the request is not needed. Only once the response's last frame
   * was sent: a stream that is closed before makes node:http2 (20.20) write empty DATA frames for ever.
   */
  #endUnread(): boolean {
    const stream = this.#stream;
    if (stream.closed || stream.state.localClose !== 1) return false;
    this.#gone();
    stream.close(constants.NGHTTP2_NO_ERROR);
    return true;
  }

  /** Nothing more can be said to the client on this stream. */
  #gone(): void {
    const unfinished = this.#state === "exchange";
    this.#state = "closed";
    this.#settings.wheel.disarm(this.#timeout);
    this.held = null;
    if (unfinished) clientGone(this.#exchange);
  }

  /** By the client, where it is still open here. */
  #aborted(): void {
    if (this.#state === "exchange") this.#connection.resetByClient();
    this.#gone();
  }

  #closed(): void {
    this.#aborted();
    this.#connection.streamClosed(this);
  }
}
