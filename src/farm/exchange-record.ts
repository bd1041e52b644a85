import type { Fault, FaultCode } from "./faults.ts";

/** What is the same for all requests of one client connection. */
export interface ConnectionFacts {
  /** Where the client connected to; "" = unknown. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly clientPort: number;
  /** Such as "TLSv1.3"; "" = no TLS. */
  readonly tlsVersion: string;
  /** OpenSSL's name; "" = no TLS. */
  readonly tlsCipher: string;
}

/**
 * What there is to tell of one request once it is over. One object serves all requests of a client connection (or of an
 * HTTP/2 stream), one after the other: whoever is given one reads it at once and keeps nothing but what it copied.
 * Times are milliseconds.
 */
export class ExchangeRecord {
  readonly connection: ConnectionFacts;

  // Noted on the way.
  /** Monotonic: the first byte of the request. */
  startedAt = 0;
  /** Of the head as it came and of the body; the same for the response. Chunk frames count. */
  requestBytes = 0;
  responseBytes = 0;
  /** Of the final response, whoever made it; 0 = the connection was closed without one. */
  status = 0;
  /** Waiting for a member to be free. */
  queueMs = 0;
  /** Of the last attempt: dialling with its TLS handshake; 0 = the connection was there. */
  connectMs = 0;
  /** Of the last attempt: from the request's head sent to the response's head; -1 = none came. */
  firstByteMs = -1;
  /** Why the request was sent more than once; "" = it was not. The last reason counts. */
  retriedFor: FaultCode | "" = "";
  /** The rule that had the last word about where it goes or how it is answered; "" = none. */
  rule = "";
  /** The member's connection belonged to this client connection alone. */
  pinned = false;
  /** "ok" or the code of what went wrong. */
  reason: FaultCode | "ok" = "ok";
  /** W3C trace context, lower-case hex; "" = not traced. `parentId` is the client's span, `spanId` our own. */
  traceId = "";
  parentId = "";
  spanId = "";
  sampled = false;
  /** A GUID that the member was sent as X-ARR-LOG-ID; "" = none. */
  logId = "";

  // Filled in at the end, and only where somebody listens.
  /** Milliseconds since 1970: `startedAt` for people. */
  startedTime = 0;
  totalMs = 0;
  /** Whose fault `reason` is; "" = nobody's. */
  blame: Fault["blame"] | "" = "";
  clientAddress = "";
  protocol: "http" | "https" = "http";
  method = "";
  /** As it came. "" where no request could be read, as are method and host. */
  target = "";
  host = "";
  /** "1.0", "1.1" or "2". */
  version = "";
  /** The request's head: its lines as they came (latin1, with CRLF), for those who need a field that is not here. */
  head = "";
  farm = "";
  /** The member of the last attempt. */
  server = "";
  /** Attempts on members; a connection that had gone stale costs none. */
  attempts = 0;

  constructor(connection: ConnectionFacts) {
    this.connection = connection;
  }

  /** The first byte of a request has come. */
  begin(monotonic: number): void {
    this.startedAt = monotonic;
    this.requestBytes = 0;
    this.responseBytes = 0;
    this.status = 0;
    this.queueMs = 0;
    this.connectMs = 0;
    this.firstByteMs = -1;
    this.retriedFor = "";
    this.rule = "";
    this.pinned = false;
    this.reason = "ok";
    this.traceId = "";
    this.parentId = "";
    this.spanId = "";
    this.sampled = false;
    this.logId = "";
  }

  /** The first thing that went wrong for good is the reason; what follows from it is not. */
  failed(code: FaultCode): void {
    if (this.reason === "ok") this.reason = code;
  }
}

/** Hears of a request that is over. */
export type ExchangeObserver = (record: ExchangeRecord) => void;
