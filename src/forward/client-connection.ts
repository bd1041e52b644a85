import type { Socket } from "node:net";
import type { FaultCode } from "../farm/faults.ts";
import { BodyFramer } from "../http/body-framer.ts";
import { HeadCollector } from "../http/head-collector.ts";
import { parseRequestHead, RequestHead, unsupportedVersion } from "../http/request-head.ts";
import type { MemberConnection } from "../net/connected-member.ts";
import type { Clock } from "../util/clock.ts";
import { Timeout, type TimerWheel } from "../util/timer-wheel.ts";
import { block, type ClientOrigin, type ClientSide } from "./client-side.ts";
import { discardConnection } from "./end-exchange.ts";
import { Exchange, type RequestRouting } from "./exchange.ts";
import { exchangeTimedOut } from "./exchange-timeout.ts";
import { memberSide } from "./member-side.ts";
import { pinWatch } from "./pin-watch.ts";
import { clientHalfClosed, requestBytes, requestMalformed } from "./receive-request.ts";

/** What is the same for all connections of one listener. */
export interface ClientSettings {
  readonly wheel: TimerWheel;
  readonly routing: RequestRouting;
  readonly monotonic: () => number;
  readonly after: Clock["after"];
  readonly dateLine: () => string;
  readonly headerTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** Hears of what should not have been possible. */
  readonly failed: (error: unknown) => void;
}

/** What a client gets that keeps its connection open before its first request has told the farm. */
const keepAliveBeforeFirstMs = 120_000;
/** How long a client may take to read a last response and close. */
const lingerMs = 5_000;
const maxHeldBytes = 64 * 1024;

/** One client's connection: reads its requests, one exchange at a time, in order. */
export class ClientConnection implements ClientSide {
  readonly socket: Socket;
  readonly head = new RequestHead();
  readonly body = new BodyFramer();
  readonly origin: ClientOrigin;
  readonly pins = new Map<string, MemberConnection>();
  readonly dateLine: () => string;
  held: Buffer | null = null;
  closing = false;
  ended = false;
  readonly #settings: ClientSettings;
  readonly #exchange: Exchange;
  readonly #collector = new HeadCollector();
  readonly #timeout: Timeout;
  readonly #pinWatch = pinWatch(this);
  #state: "head" | "exchange" | "flushing" | "lingering" | "closed" = "head";
  #blocked = 0;
  #reading = false;

  constructor(socket: Socket, origin: ClientOrigin, settings: ClientSettings) {
    this.socket = socket;
    this.origin = origin;
    this.#settings = settings;
    this.dateLine = settings.dateLine;
    this.#exchange = new Exchange(this, settings.routing, { monotonic: settings.monotonic, listen: memberSide });
    this.#timeout = new Timeout(() => this.#timedOut());
    this.armTimeout(settings.headerTimeoutMs);
    socket.on("data", (bytes: Buffer) => {
      try {
        this.#onBytes(bytes);
      } catch (error) {
        this.internalError(error);
      }
    });
    socket.on("end", () => this.#onEnd());
    socket.on("drain", () => this.#onDrain());
    socket.on("close", () => this.#onClose());
    // A reset is followed by `close`; there is nothing to add to it.
    socket.on("error", () => undefined);
  }

  /** Between two requests: may be closed without losing anything. */
  get idle(): boolean {
    return this.#state === "head" && this.#collector.length === 0;
  }

  armTimeout(ms: number): void {
    if (this.#state !== "closed") this.#settings.wheel.arm(this.#timeout, ms);
  }

  blockReading(why: number): void {
    if (this.#blocked === 0) this.socket.pause();
    this.#blocked |= why;
  }

  unblockReading(why: number): void {
    if (this.#blocked === 0) return;
    this.#blocked &= ~why;
    if (this.#blocked === 0) this.socket.resume();
  }

  takeHeld(): Buffer | null {
    const { held } = this;
    this.held = null;
    this.unblockReading(block.nextRequest);
    return held;
  }

  pin(connection: MemberConnection): void {
    connection.owner = this.#pinWatch;
    this.pins.set(connection.member.farm, connection);
  }

  /** A fault of ours must not end more than this one connection. */
  internalError(error: unknown): void {
    this.#settings.failed(error);
    if (this.#state === "exchange" && !this.#exchange.answered) requestMalformed(this.#exchange, "internal-error");
    else this.abort();
  }

  abort(): void {
    if (this.#state === "closed") return;
    // TLS has its own way to show that the end was not meant; plain TCP needs a reset.
    if ("encrypted" in this.socket) this.socket.destroy();
    else this.socket.resetAndDestroy();
    this.#onClose();
  }

  /** Ends after what was written; at once where nothing is under way. */
  close(): void {
    this.closing = true;
    if (this.#state === "head") this.#linger();
  }

  exchangeDone(): void {
    if (this.#state === "closed" || this.#state === "lingering") return;
    const keepAliveMs = this.#exchange.farm?.config.timeouts.keepAliveMs ?? keepAliveBeforeFirstMs;
    this.#exchange.reset();
    if (this.ended) this.closing = true;
    this.armTimeout(keepAliveMs);
    // A client that sends on and on but reads nothing gets no further answers until it does.
    if (this.socket.writableNeedDrain && !this.closing) this.#state = "flushing";
    else this.#nextRequest();
  }

  #nextRequest(): void {
    this.#state = "head";
    if (this.closing) {
      this.#linger();
      return;
    }
    if (this.#reading) return;
    const next = this.takeHeld();
    if (next !== null) this.#readRequests(next);
  }

  #onBytes(bytes: Buffer): void {
    switch (this.#state) {
      case "head":
        this.#readRequests(bytes);
        return;
      case "exchange": {
        const rest = requestBytes(this.#exchange, bytes);
        if (rest !== null) this.#hold(rest);
        return;
      }
      case "flushing":
        this.#hold(bytes);
        return;
      case "lingering":
      case "closed":
    }
  }

  /** Requests that are answered at once are read in this loop, however many came together. */
  #readRequests(bytes: Buffer): void {
    let rest: Buffer | null = bytes;
    this.#reading = true;
    while (rest !== null && this.#state === "head") rest = this.#readRequest(rest);
    this.#reading = false;
    if (rest !== null) this.#hold(rest);
  }

  /** Returns what came behind the request's head and its body so far; null = nothing. */
  #readRequest(bytes: Buffer): Buffer | null {
    const collector = this.#collector;
    const first = collector.length === 0;
    if (first && isEmptyLine(bytes)) return null;
    const complete = collector.add(bytes);
    const length = complete ? collector.text.length : collector.length;
    if (length > this.#settings.maxHeaderBytes) return this.#refuse("header-too-large");
    if (!complete) {
      if (first) this.armTimeout(this.#settings.headerTimeoutMs);
      return collector.malformed ? this.#refuse("bad-request") : null;
    }
    const problem = parseRequestHead(withoutEmptyLine(collector.text), this.head);
    if (problem !== null) return this.#refuse(problem === unsupportedVersion ? "unsupported-version" : "bad-request");
    return this.#begin(collector.rest);
  }

  #begin(rest: Buffer): Buffer | null {
    const exchange = this.#exchange;
    const { body, head } = this;
    this.#state = "exchange";
    body.start(head.framing, head.contentLength);
    const end = body.scan(rest, 0);
    if (end === -1) return this.#refuse("bad-request");
    if (end > 0) {
      exchange.kept.push(rest.subarray(0, end));
      exchange.keptBytes = end;
    }
    exchange.requestRead = body.done;
    this.#settings.routing.receive(exchange);
    return end < rest.length ? rest.subarray(end) : null;
  }

  #refuse(code: FaultCode): null {
    this.#state = "exchange";
    this.#collector.clear();
    requestMalformed(this.#exchange, code);
    return null;
  }

  #hold(bytes: Buffer): void {
    if (this.#state !== "exchange" && this.#state !== "flushing") return;
    this.held = this.held === null ? bytes : Buffer.concat([this.held, bytes]);
    // Not at the first bytes: a client that goes away shall still be noticed.
    if (this.held.length > maxHeldBytes) this.blockReading(block.nextRequest);
  }

  #onEnd(): void {
    this.ended = true;
    if (this.#state === "exchange") clientHalfClosed(this.#exchange);
    else if (this.#state === "lingering") this.socket.destroySoon();
    else this.#linger();
  }

  #onDrain(): void {
    const exchange = this.#exchange;
    if (this.#state === "flushing") this.#nextRequest();
    else if (exchange.clientFull) {
      exchange.clientFull = false;
      exchange.connection?.socket.resume();
      this.armTimeout(exchange.farm?.config.timeouts.idleMs ?? 0);
    }
  }

  /** No more is answered; the client gets time to read the last answer before the connection is closed. */
  #linger(): void {
    this.#state = "lingering";
    this.#releasePins();
    this.held = null;
    this.unblockReading(block.connecting | block.memberFull | block.nextRequest);
    this.armTimeout(lingerMs);
    if (this.ended) this.socket.destroySoon();
    else this.socket.end();
  }

  #timedOut(): void {
    if (this.#state === "exchange") exchangeTimedOut(this.#exchange);
    else if (this.#state === "head" && this.#collector.length > 0) this.#refuse("header-timeout");
    else this.socket.destroy();
  }

  #onClose(): void {
    if (this.#state === "closed") return;
    const interrupted = this.#exchange.connection !== null;
    this.#state = "closed";
    this.#settings.wheel.disarm(this.#timeout);
    if (interrupted) {
      this.#settings.routing.broken(this.#exchange, "client-closed");
      discardConnection(this.#exchange);
      this.#exchange.reset();
    }
    this.held = null;
    this.#releasePins();
  }

  #releasePins(): void {
    for (const connection of this.pins.values()) connection.discard();
    this.pins.clear();
  }
}

/** RFC 9112 2.2: one empty line before a request is forgiven; old clients send one after a POST. */
function withoutEmptyLine(text: string): string {
  return text.charCodeAt(0) === 0x0d && text.charCodeAt(1) === 0x0a ? text.slice(2) : text;
}

function isEmptyLine(bytes: Buffer): boolean {
  return bytes.length === 2 && bytes[0] === 0x0d && bytes[1] === 0x0a;
}
