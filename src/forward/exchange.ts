import type { FaultCode } from "../farm/faults.ts";
import type { Farm } from "../farm/farm.ts";
import type { ConnectedMember, ConnectionOwner, MemberConnection } from "../net/connected-member.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { ResponseChanges } from "../rules/outbound/response-changes.ts";
import type { ClientSide } from "./client-side.ts";
import type { RequestChanges } from "./request-changes.ts";
import type { RewrittenBody } from "./rewritten-body.ts";

/** How far the present attempt has come. */
export type Phase =
  /** No attempt. */
  | "none"
  /** All members are busy. */
  | "queued"
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
  /**
   * The member of the attempt is not to be used any more, and nothing of its answer went to the client. true = the request
   * goes to another member.
   */
  moveElsewhere(exchange: Exchange, code: FaultCode): boolean;
  /** May the present attempt be left for one on another member? */
  hasOther(exchange: Exchange): boolean;
  /** The attempt has waited long enough to be made on another member as well, where that can be. */
  hedge(exchange: Exchange): void;
  /** A second attempt has become the only one: `exchange.member` is its. */
  movedTo(exchange: Exchange): void;
  /** It has waited for a member long enough. */
  queueTimedOut(exchange: Exchange): void;
  /** The response broke off, or the exchange ended otherwise once it was on its way. */
  broken(exchange: Exchange, code: FaultCode): void;
  /** The request is over, however it ended; told exactly once, before anything of it is forgotten. */
  readonly ended: (exchange: Exchange) => void;
}

interface Rewriting {
  readonly body: RewrittenBody;
  /** The member has sent all of its response; what is left to do is ours. */
  memberDone: boolean;
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
  /** The member that its client belongs to; null = none. */
  boundTo: ConnectedMember | null = null;
  /** What its client is known by where it has no cookie; "" = nothing. */
  affinityKey = "";
  /** Members that failed this request. */
  readonly tried: ConnectedMember[] = [];
  /** A pooled connection had gone stale; it costs no attempt, but only once. */
  retriedStale = false;
  /** What rules have made of it; null = it is sent on as it came. Set by the router. */
  changes: RequestChanges | null = null;
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
  /** What rules make of the response, asked once its final head is known; null = there are none. */
  outbound: ((head: ResponseHead, exchange: Exchange) => ResponseChanges | null) | null = null;
  /** The response's body goes through rules; null = it goes on as it comes. */
  rewriting: Rewriting | null = null;
  /** A second attempt at the same time, on a connection of its own; null = there is none. */
  hedge: MemberConnection | null = null;
  hedgeOwner: ConnectionOwner | null = null;
  hedgeSentAt = 0;
  /** The time-out that is armed is for beginning one. */
  hedgeDue = false;
  hedged = false;
  /** The attempt has less time than others, for the request can be sent to another member. */
  shortWait = false;
  /** Where it waits for a member to be free; null = it does not. */
  line: Set<Exchange> | null = null;
  /** The one member that it waits for; null = any. */
  waitsFor: ConnectedMember | null = null;
  /** Monotonic milliseconds. */
  queuedAt = 0;
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
    this.boundTo = null;
    this.affinityKey = "";
    this.attempts = 0;
    if (this.tried.length > 0) this.tried.length = 0;
    this.retriedStale = false;
    this.changes = null;
    this.maxBodyBytes = Infinity;
    this.requestRead = false;
    this.answered = false;
    this.forgetBody();
    this.allKept = true;
    this.interimCount = 0;
    this.early = false;
    this.unchunk = false;
    this.clientFull = false;
    this.outbound = null;
    this.dropRewriting();
    this.hedgeDue = false;
    this.hedged = false;
    this.client.addedLines = "";
    this.leaveLine();
  }

  /** It waits no more, whatever comes next. */
  leaveLine(): void {
    if (this.line === null) return;
    this.line.delete(this);
    this.line = null;
    this.client.record.queueMs = this.monotonic() - this.queuedAt;
  }

  /** Frees what rewriting a body needs. */
  dropRewriting(): void {
    if (this.rewriting === null) return;
    this.rewriting.body.destroy();
    this.rewriting = null;
  }

  forgetBody(): void {
    if (this.kept.length > 0) this.kept.length = 0;
    this.keptBytes = 0;
  }
}
