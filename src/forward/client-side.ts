import type { ExchangeRecord } from "../farm/exchange-record.ts";
import type { BodyFramer } from "../http/body-framer.ts";
import type { ProxyAddresses } from "../http/proxy-header-result.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { MemberConnection } from "../net/connected-member.ts";
import { type IpAddress, unixAddress } from "../util/ip-address.ts";
import type { ReadingGate } from "./reading-gate.ts";
import type { ResponseWriter } from "./response-writer.ts";

/** Why nothing is read from the client at the moment. */
export const block = {
  /** The member is not connected yet. */
  connecting: 1,
  /** The member takes no more. */
  memberFull: 2,
  /** The next request waits for its turn. */
  nextRequest: 4,
} as const;

/** The client's half of an exchange, as the other half sees it. */
export interface ClientSide {
  /** Responses are written by it. */
  readonly writer: ResponseWriter;
  /** What is written goes there; 0 = all of it was handed to the operating system. */
  readonly sink: { readonly writableLength: number };
  /** One of several requests at once on its connection (HTTP/2): none of them can tie it to a member's connection. */
  readonly multiplexed: boolean;
  /** The request is for another name than the connection was made for, as a certificate for both allows with HTTP/2. */
  readonly misdirected: boolean;
  readonly head: RequestHead;
  /** What is told of the present request once it is over. */
  readonly record: ExchangeRecord;
  /** Follows the request's body. */
  readonly body: BodyFramer;
  /** "X-Forwarded-…" lines, ready but for what the present request adds. */
  readonly origin: ClientOrigin;
  /** The member connections that belong to this client connection, by farm. */
  readonly pins: Map<string, MemberConnection>;
  /** Blocked for the reasons in `block`. */
  readonly reading: ReadingGate;
  /** The client sends no more (half-closed). */
  readonly ended: boolean;
  /** It sends no more, and nothing behind the present request was sent before. */
  readonly finished: boolean;
  /** Bytes that came behind the present request. */
  readonly held: Buffer | null;
  /** Field lines that the response to the present request gets beside the member's. */
  addedLines: string;
  /** The connection ends with the present response. */
  closing: boolean;
  /** A ready `Date` line. */
  dateLine(): string;
  takeHeld(): Buffer | null;
  /** Keeps a member connection for this client connection alone; both end together once it carried authentication. */
  pin(connection: MemberConnection): void;
  /** Restarts the connection's one time-out; 0 = off. */
  armTimeout(ms: number): void;
  /** The exchange is over, all of its bytes are written: on to the next request, or the end. */
  exchangeDone(): void;
  /** Something was thrown that should not have been possible. */
  internalError(error: unknown): void;
  /** Closes without another byte; the peer sees a reset where a clean end could be taken for the end of a body. */
  abort(): void;
}

/** Stands for the address of a client that came by a Unix domain socket. */
export const unixPeer = unixAddress.text;

/** Where a client connection comes from, in the forms that are needed for each of its requests. */
export interface ClientOrigin {
  /** IPv6 without brackets; `unixPeer` where there is none. */
  readonly address: string;
  /** The same, ready to be compared. */
  readonly ip: IpAddress;
  readonly protocol: "http" | "https";
  /** May the forwarded fields that it sends be believed? */
  readonly trusted: boolean;
  /** Also send RFC 7239's Forwarded. */
  readonly standard: boolean;
  /** The connection to the balancer that passed this one on. */
  readonly passedOn?: ProxyAddresses;
  /** Fields that no client may send, lower case. */
  readonly removed: readonly string[];
  /** A ready line with the certificate that the client proved to have; "" = none. */
  readonly certificateLine: string;
}
