import type { Socket } from "node:net";
import { ExchangeRecord } from "../farm/exchange-record.ts";
import type { FaultCode } from "../farm/faults.ts";
import { BodyFramer } from "../http/body-framer.ts";
import { HeadCollector } from "../http/head-collector.ts";
import { parseRequestHead, RequestHead, unsupportedVersion } from "../http/request-head.ts";
import type { MemberConnection } from "../net/connected-member.ts";
import { Timeout } from "../util/timer-wheel.ts";
import { flushMs, keepAliveBeforeFirstMs, lingerMs, maxHeldBytes, maxKeptHead, maxLingerMs } from "./client-limits.ts";
import type { ClientSettings } from "./client-settings.ts";
import { block, type ClientOrigin, type ClientSide } from "./client-side.ts";
import { connectionFacts } from "./connection-facts.ts";
import { hearClient } from "./client-socket-events.ts";
import { isEmptyLine, withoutEmptyLine } from "./empty-line.ts";
import { Exchange } from "./exchange.ts";
import { exchangeTimedOut } from "./exchange-timeout.ts";
import { guarded } from "./guarded.ts";
import { Http1Writer } from "./http1-writer.ts";
import { headExcess } from "./head-excess.ts";
import { memberSide } from "./member-side.ts";
import { pinWatch } from "./pin-watch.ts";
import { ReadingGate } from "./reading-gate.ts";
import { clientDrained, clientGone, clientHalfClosed, requestBytes, requestMalformed } from "./receive-request.ts";

/** One client's connection: reads its requests, one exchange at a time, in order. */
export class ClientConnection implements ClientSide {
  readonly socket: Socket;
  readonly sink: Socket;
  readonly writer: Http1Writer;
  readonly multiplexed = false;
  readonly misdirected = false;
  readonly head = new RequestHead();
  readonly body = new BodyFramer();
  readonly record: ExchangeRecord;
  readonly origin: ClientOrigin;
  readonly reading: ReadingGate;
  readonly pins = new Map<string, MemberConnection>();
  readonly dateLine: () => string;
  held: Buffer | null = null;
  closing = false;
  addedLines = "";
  ended = false;
  readonly #settings: ClientSettings;
  readonly #exchange: Exchange;
  readonly #collector = new HeadCollector();
  readonly #timeout: Timeout;
  readonly #pinWatch = pinWatch(this);
  #state: "head" | "exchange" | "flushing" | "lingering" | "closed" = "head";
  #reading = false;
  #keepAliveMs = keepAliveBeforeFirstMs;
  /** Monotonic milliseconds. */
  #lingerEnd = 0;

  constructor(socket: Socket, origin: ClientOrigin, settings: ClientSettings) {
    this.socket = socket;
    this.sink = socket;
    this.writer = new Http1Writer(socket, this);
    this.reading = new ReadingGate(socket);
    this.origin = origin;
    this.record = new ExchangeRecord(connectionFacts(socket, origin.passedOn));
    this.#settings = settings;
    this.dateLine = settings.dateLine;
    this.#exchange = new Exchange(this, settings.routing, { monotonic: settings.monotonic, listen: memberSide });
    this.#timeout = new Timeout(guarded(this, () => this.#timedOut()));
    this.armTimeout(settings.headerTimeoutMs);
    hearClient(socket, {
      internalError: (error) => this.internalError(error),
      bytes: (bytes) => this.#onBytes(bytes),
      end: () => this.#onEnd(),
      drain: () => this.#onDrain(),
      close: () => this.#onClose(),
    });
  }

  /** No request was read that waits for its response: it may be closed without losing anything. */
  get idle(): boolean {
    return this.#state === "head";
  }

  get finished(): boolean {
    return this.ended && this.held === null;
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

  pin(connection: MemberConnection): void {
    connection.owner = this.#pinWatch;
    connection.pinned();
    this.pins.set(connection.member.farm, connection);
  }

  /** A fault of ours must not end more than this one connection. */
  internalError(error: unknown): void {
    this.#settings.failed(error);
    if (this.#state === "exchange" && !this.#exchange.answered) requestMalformed(this.#exchange, "internal-error");
    else {
      this.record.failed("internal-error");
      this.abort();
    }
  }

  abort(): void {
    if (this.#state === "closed") return;
    // TLS has its own way to show that the end was not meant; plain TCP needs a reset, but an end that is still being
    // written makes libuv refuse it, and the socket would stay open for ever. A Unix domain socket has no reset.
    const { socket } = this;
    if ("encrypted" in socket || socket.writableEnded || socket.remoteAddress === undefined) socket.destroy();
    else socket.resetAndDestroy();
    this.#onClose();
  }

  /** Ends after what was written; at once where nothing is under way. */
  close(): void {
    this.closing = true;
    if (this.idle) this.#linger();
  }

  exchangeDone(): void {
    if (this.#state === "closed" || this.#state === "lingering") return;
    this.#settings.routing.ended(this.#exchange);
    const timeouts = this.#exchange.farm?.config.timeouts;
    this.#keepAliveMs = timeouts?.keepAliveMs ?? keepAliveBeforeFirstMs;
    this.#exchange.reset();
    // All that is cut out of a head's text keeps the whole of it in memory.
    if (this.head.text.length > maxKeptHead) this.head.clear("");
    if (!this.socket.writableNeedDrain || this.closing) {
      this.#nextRequest();
      return;
    }
    // A client that sends on and on but reads nothing gets no further answers until it does.
    this.#state = "flushing";
    this.armTimeout(timeouts?.idleMs ?? flushMs);
  }

  #nextRequest(): void {
    this.#state = "head";
    if (this.closing) {
      this.#linger();
      return;
    }
    this.armTimeout(this.#keepAliveMs);
    if (this.#reading) return;
    const next = this.takeHeld();
    if (next !== null) this.#readRequests(next);
    else if (this.ended) this.#linger();
  }

  #onBytes(bytes: Buffer): void {
    const state = this.#state;
    if (state === "head") this.#readRequests(bytes);
    else if (state === "exchange") this.#behindRequest(requestBytes(this.#exchange, bytes));
    else if (state === "flushing") this.#hold(bytes);
    else if (state === "lingering" && this.socket.writableLength === 0) this.#lingerOn();
  }

  /** It has not yet read why it should stop, and a reset would take that from it. */
  #lingerOn(): void {
    if (this.#settings.monotonic() < this.#lingerEnd) this.armTimeout(lingerMs);
  }

  /** With its last byte a request may have become complete whose response was there already. */
  #behindRequest(rest: Buffer | null): void {
    if (rest === null) return;
    if (this.#state === "head") this.#readRequests(rest);
    else this.#hold(rest);
  }

  /** Requests that are answered at once are read in this loop, however many came together. */
  #readRequests(bytes: Buffer): void {
    this.#reading = true;
    for (let next: Buffer | null = bytes; next !== null; next = this.idle ? this.takeHeld() : null) {
      this.#readRequest(next);
    }
    this.#reading = false;
    if (this.ended && this.idle) this.#linger();
  }

  #readRequest(bytes: Buffer): void {
    const collector = this.#collector;
    const first = collector.length === 0;
    if (first && isEmptyLine(bytes)) return;
    if (first) this.record.begin(this.#settings.monotonic());
    const complete = collector.add(bytes);
    const length = complete ? collector.text.length : collector.length;
    this.record.requestBytes = length;
    if (length > this.#settings.maxHeaderBytes) this.#refuseUnread("header-too-large");
    else if (complete) this.#readHead();
    else if (collector.malformed) this.#refuseUnread("bad-request");
    else if (first) this.armTimeout(this.#settings.headerTimeoutMs);
  }

  #readHead(): void {
    const problem = parseRequestHead(withoutEmptyLine(this.#collector.text), this.head);
    const excess = headExcess(this.head, this.#settings);
    if (excess !== null) this.#refuse(excess);
    else if (problem === null) this.#begin(this.#collector.rest);
    else this.#refuse(problem === unsupportedVersion ? "unsupported-version" : "bad-request");
  }

  #begin(rest: Buffer): void {
    const exchange = this.#exchange;
    const { body, head } = this;
    this.#state = "exchange";
    body.start(head.framing, head.contentLength);
    const end = body.scan(rest, 0);
    if (end === -1) {
      this.#refuse("bad-request");
      return;
    }
    if (end > 0) {
      exchange.kept.push(rest.subarray(0, end));
      exchange.keptBytes = end;
      this.record.requestBytes += end;
    }
    exchange.requestRead = body.done;
    if (end < rest.length) this.#hold(rest.subarray(end));
    this.#settings.routing.receive(exchange);
  }

  /** What `head` holds is an earlier request's. */
  #refuseUnread(code: FaultCode): void {
    this.head.clear("");
    this.#refuse(code);
  }

  #refuse(code: FaultCode): void {
    this.#state = "exchange";
    this.#collector.clear();
    requestMalformed(this.#exchange, code);
  }

  #hold(bytes: Buffer): void {
    if (this.#state !== "exchange" && this.#state !== "flushing") return;
    this.held = this.held === null ? bytes : Buffer.concat([this.held, bytes]);
    // Not at the first bytes: a client that goes away shall still be noticed.
    if (this.held.length > maxHeldBytes) this.reading.block(block.nextRequest);
  }

  #onEnd(): void {
    this.ended = true;
    if (this.#state === "exchange") clientHalfClosed(this.#exchange);
    else if (this.#state === "lingering") this.socket.destroySoon();
    // While a response is flushed requests may be held that were sent before.
    else if (this.idle) this.#linger();
  }

  #onDrain(): void {
    if (this.#state === "flushing") this.#nextRequest();
    else clientDrained(this.#exchange);
  }

  /** No more is answered; the client gets time to read the last answer before the connection is closed. */
  #linger(): void {
    this.#state = "lingering";
    this.#releasePins();
    this.held = null;
    this.reading.unblock(block.connecting | block.memberFull | block.nextRequest);
    this.#lingerEnd = this.#settings.monotonic() + maxLingerMs;
    this.armTimeout(flushMs);
    if (this.ended) this.socket.destroySoon();
    else this.socket.end(() => this.armTimeout(lingerMs));
  }

  #timedOut(): void {
    if (this.#state === "exchange") exchangeTimedOut(this.#exchange);
    else if (this.idle && this.#collector.length > 0) this.#refuseUnread("header-timeout");
    // What it did not take is missing: that must not look like the end of a body.
    else if (this.socket.writableLength > 0) this.abort();
    else this.socket.destroy();
  }

  #onClose(): void {
    if (this.#state === "closed") return;
    const unfinished = this.#state === "exchange";
    this.#state = "closed";
    this.#settings.wheel.disarm(this.#timeout);
    if (unfinished) clientGone(this.#exchange);
    this.held = null;
    this.#releasePins();
  }

  #releasePins(): void {
    for (const connection of this.pins.values()) connection.discard();
    this.pins.clear();
  }
}
