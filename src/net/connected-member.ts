import type { Socket } from "node:net";
import type { FarmConfig, MemberConfig } from "../config/farm-config.ts";
import type { FaultCode } from "../farm/faults.ts";
import { Member } from "../farm/member.ts";
import { memberMetrics } from "../farm/member-metrics.ts";
import { BodyFramer } from "../http/body-framer.ts";
import { HeadCollector } from "../http/head-collector.ts";
import { ResponseHead } from "../http/response-head.ts";
import { add } from "../observe/metric-layout.ts";
import { Timeout, type TimerWheel } from "../util/timer-wheel.ts";
import { HeldConnections } from "./held-connections.ts";
import { isOwnExhaustion } from "./own-exhaustion.ts";
import { createDial, type Dial } from "./dial.ts";
import { ReadBuffer, readScratch } from "./read-buffer.ts";

/** More waiting connections than this to one member serve nobody. */
const maxIdle = 512;
const finishMs = 120_000;

/** A member with its connections: how they are dialled, and those that wait for the next request. */
export class ConnectedMember extends Member {
  readonly #idle: MemberConnection[] = [];
  /** Those that carry a request or belong to one client; over reloads the same set, whatever has changed. */
  readonly held: HeldConnections<MemberConnection>;
  /** For the reads of all its connections. */
  readonly scratch = readScratch();
  readonly #wheel: TimerWheel;
  readonly #dial: Dial;
  #retired = false;

  /** `before`: the member of the same name in the configuration before; its counts and what runs there are this one's. */
  constructor(farm: FarmConfig, config: MemberConfig, wheel: TimerWheel, before?: ConnectedMember) {
    super(farm.name, config, before?.counts);
    this.held = before?.held ?? new HeldConnections();
    this.#wheel = wheel;
    this.#dial = createDial(config, farm);
  }

  get idleConnections(): number {
    return this.#idle.length;
  }

  /** A new connection, still connecting. */
  connect(): MemberConnection {
    add(this.counts, memberMetrics.dialled, 1);
    return new MemberConnection(this.#dial, this);
  }

  /** The connection that was used last (the others may time out), or null. Never one that carried authentication. */
  takeIdle(): MemberConnection | null {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      this.#wheel.disarm(connection.idleTimeout);
      if (connection.usable) {
        add(this.counts, memberMetrics.reused, 1);
        return connection;
      }
      connection.discard();
    }
    return null;
  }

  /** Keeps a connection on which a response has ended for the next request of anybody, for at most `limitMs` (0 = any time). */
  putIdle(connection: MemberConnection, limitMs: number): void {
    connection.owner = null;
    connection.sink = null;
    if (this.#retired || connection.carriedAuth || !connection.usable || this.#idle.length >= maxIdle) {
      connection.discard();
      return;
    }
    // The oldest are the first to have been closed by the member or by their time-out.
    while (this.#idle[0]?.usable === false) this.#idle.shift();
    this.#idle.push(connection);
    this.#wheel.arm(connection.idleTimeout, limitMs);
  }

  /** It is no longer in the configuration: what is in use ends with its exchange, and nothing is kept. */
  retire(): void {
    this.health = "down";
    this.fallback = false;
    this.#retired = true;
    this.closeIdle();
  }

  /** Tells all who hold a connection; each decides for itself what follows. */
  withdraw(reason: WithdrawReason): void {
    // Of those at this moment: what follows may open others.
    const held = [...this.held];
    for (const connection of held) connection.owner?.memberWithdrawn(connection, reason);
  }

  /** How long the oldest of the held connections has been held for what it carries now, in milliseconds. */
  oldestMs(now: number): number {
    let oldest = now;
    for (const { heldSince } of this.held) oldest = Math.min(oldest, heldSince);
    return now - oldest;
  }

  /** Closes a connection once it has taken what was written to it, or after a while. */
  finish(connection: MemberConnection): void {
    connection.owner = null;
    this.#wheel.arm(connection.idleTimeout, finishMs);
    connection.socket.destroySoon();
  }

  /** Idle ones are closed; those in use end with their exchange. */
  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) {
      this.#wheel.disarm(connection.idleTimeout);
      connection.discard();
    }
  }
}

/** Where bytes are written to that the operating system takes later. */
interface Sink {
  readonly writableLength: number;
}

/**
 * Why a member is not to be used any more. "down": it does not work; "unavailable": what is under way may end; "cut": it
 * may not.
 */
export type WithdrawReason = "down" | "unavailable" | "cut";

/** Who uses a member connection at the moment and hears what happens on it. */
export interface ConnectionOwner {
  memberConnected(connection: MemberConnection): void;
  memberBytes(connection: MemberConnection, bytes: Buffer): void;
  /** The member sends no more. */
  memberEnded(connection: MemberConnection): void;
  memberDrained(connection: MemberConnection): void;
  memberClosed(connection: MemberConnection, code: FaultCode): void;
  memberWithdrawn(connection: MemberConnection, reason: WithdrawReason): void;
}

/** One connection to a member, with what is needed to read responses from it. */
export class MemberConnection {
  readonly socket: Socket;
  readonly member: ConnectedMember;
  readonly collector = new HeadCollector();
  readonly head = new ResponseHead();
  readonly body = new BodyFramer();
  /** While it waits unused. */
  readonly idleTimeout: Timeout;
  owner: ConnectionOwner | null = null;
  connected = false;
  /** Requests that were sent on it before the present one. */
  earlierRequests = 0;
  /** NTLM or Negotiate was seen on it: it belongs to one client connection until it closes. */
  carriedAuth = false;
  heldPlace = -1;
  /** Monotonic milliseconds: since when it has been held for what it carries now. */
  heldSince = 0;
  /** Where the member's bytes are written to: while it has not passed them on, their memory is not used again. */
  sink: Sink | null = null;
  readonly #buffer: ReadBuffer;
  #reached = false;
  #pinned = false;
  #code: FaultCode | null = null;

  constructor(dial: Dial, member: ConnectedMember) {
    this.#buffer = new ReadBuffer(member.scratch);
    const socket = dial({ buffer: () => this.#buffer.memory, callback: (length) => this.#onBytes(length) });
    this.socket = socket;
    this.member = member;
    add(member.counts, memberMetrics.open, 1);
    this.idleTimeout = new Timeout(() => socket.destroy());
    socket.once("connect", () => (this.#reached = true));
    socket.once(member.config.protocol === "https" ? "secureConnect" : "connect", () => {
      // A certificate that is not the pinned one has already closed it.
      if (socket.destroyed) return;
      this.connected = true;
      this.owner?.memberConnected(this);
    });
    socket.on("end", () => {
      // In the middle of a TLS handshake: an error follows.
      if (!this.connected) return;
      if (this.owner === null) socket.destroy();
      else this.owner.memberEnded(this);
    });
    socket.on("drain", () => this.owner?.memberDrained(this));
    socket.on("error", (error: NodeJS.ErrnoException) => (this.#code = this.#faultOf(error)));
    socket.on("close", () => {
      add(member.counts, memberMetrics.open, -1);
      member.held.delete(this);
      if (this.#pinned) add(member.counts, memberMetrics.pinned, -1);
      this.owner?.memberClosed(this, this.#code ?? (this.connected ? "member-closed" : "connect-failed"));
    });
  }

  /** Can a request be sent on it now? */
  get usable(): boolean {
    return this.connected && !this.socket.destroyed && this.socket.writable && this.socket.readable;
  }

  /** It belongs to one client connection from now on, until it closes. */
  pinned(): void {
    this.member.held.add(this);
    if (this.#pinned) return;
    this.#pinned = true;
    add(this.member.counts, memberMetrics.pinned, 1);
  }

  /** Closes it at once; its owner hears nothing more. */
  discard(): void {
    this.owner = null;
    this.member.held.delete(this);
    this.socket.destroy();
  }

  /** Returns true: read on. */
  #onBytes(length: number): boolean {
    const { member, owner, sink } = this;
    member.silentSince = 0;
    member.traffic += length;
    // Bytes that nobody asked for would be taken for the next answer.
    if (owner === null) this.socket.destroy();
    else owner.memberBytes(this, this.#buffer.bytes(length, !isHeld(sink)));
    this.#buffer.renew(length, isHeld(sink), owner !== null && this.owner === owner);
    return true;
  }

  #faultOf(error: NodeJS.ErrnoException): FaultCode {
    if (this.connected) return "member-closed";
    if (isOwnExhaustion(error)) return "router-exhausted";
    if (this.#reached) return "tls-failed";
    return error.code === "ECONNREFUSED" ? "connect-refused" : "connect-failed";
  }
}

/** Has it bytes that the operating system has not taken yet? */
function isHeld(sink: Sink | null): boolean {
  return sink !== null && sink.writableLength > 0;
}
