import type { FaultCode } from "../farm/faults.ts";
import type { Farm } from "../farm/farm.ts";
import type { ConnectedMember, ConnectionOwner, MemberConnection } from "../net/connected-member.ts";
import type { ClientSide } from "./client-side.ts";

/** How far the present attempt has come. */
export type Phase =
  /** No attempt. */
  | "none"
  | "connecting"
  /** The request goes out, no header has come back. */
  | "waiting"
  /** The response's body goes to the client. */
  | "responding"
  /** The response is complete, the request's body is not. */
  | "draining"
  /** Upgraded: bytes both ways. */
  | "tunnel";

/** What decides about requests; the router. */
export interface RequestRouting {
  /** A request's head was read. */
  receive(exchange: Exchange): void;
  /** The attempt failed before a byte of its response went to the client. */
  attemptFailed(exchange: Exchange, code: FaultCode): void;
  /** A response's head was read. true = the router has sent the request elsewhere, the response is not wanted. */
  preferOther(exchange: Exchange, status: number): boolean;
  /** The response broke off, or the exchange ended otherwise once it was on its way. */
  broken(exchange: Exchange, code: FaultCode): void;
  /** The request is over, however it ended; told exactly once, before anything of it is forgotten. */
  readonly ended: (exchange: Exchange) => void;
}

interface ExchangeContext {
  /** Milliseconds that never jump. */
  readonly monotonic: () => number;
  /** Makes what hears the events of the member's connection. */
  readonly listen: (exchange: Exchange) => ConnectionOwner;
}

/**
 * One request on its way: to a member and back. Made once per client connection and used for its requests one after the
 * other, so that no request allocates one.
 */
export class Exchange {
  readonly client: ClientSide;
  readonly routing: RequestRouting;
  readonly monotonic: () => number;
  phase: Phase = "none";
  farm: Farm<ConnectedMember> | null = null;
  member: ConnectedMember | null = null;
  connection: MemberConnection | null = null;
  /** The connection of the attempt that failed last. */
  failedOn: MemberConnection | null = null;
  attempts = 0;
  /** Members that failed this request. */
  readonly tried: ConnectedMember[] = [];
  /** A pooled connection had gone stale; it costs no attempt, but only once. */
  retriedStale = false;
  /** Of its body; set by the router. */
  maxBodyBytes = Infinity;
  /** The whole request has come from the client. */
  requestRead = false;
  /** Of this attempt: bytes were given to the member's connection. */
  requestSent = false;
  /** Bytes of a final response went to the client: nothing can be taken back. */
  answered = false;
  /** The body's bytes so far, for sending them (again). */
  readonly kept: Buffer[] = [];
  keptBytes = 0;
  /** Is `kept` the whole body so far? */
  allKept = true;
  /** Interim responses (1xx) that went to the client: the request can no longer go to another member. */
  interimCount = 0;
  /** The response began before the request was complete. */
  early = false;
  /** The client speaks HTTP/1.0: the chunks' frames are taken off. */
  unchunk = false;
  /** The member's connection has more to come, but the client does not take it. */
  clientFull = false;
  /** Monotonic milliseconds. */
  dialledAt = 0;
  sentAt = 0;

  /** Hears what happens on the member's connection. */
  readonly owner: ConnectionOwner;

  constructor(client: ClientSide, routing: RequestRouting, context: ExchangeContext) {
    this.client = client;
    this.routing = routing;
    this.monotonic = context.monotonic;
    this.owner = context.listen(this);
  }

  /** Ready for the next request. */
  reset(): void {
    this.phase = "none";
    this.farm = null;
    this.member = null;
    this.failedOn = null;
    this.attempts = 0;
    if (this.tried.length > 0) this.tried.length = 0;
    this.retriedStale = false;
    this.maxBodyBytes = Infinity;
    this.requestRead = false;
    this.answered = false;
    this.forgetBody();
    this.allKept = true;
    this.interimCount = 0;
    this.early = false;
    this.unchunk = false;
    this.clientFull = false;
  }

  forgetBody(): void {
    if (this.kept.length > 0) this.kept.length = 0;
    this.keptBytes = 0;
  }
}
