/** Why a request was not answered by a member, or only in part. The one table of all failures. */
export interface Fault {
  /** Whose fault it is. */
  readonly blame: "client" | "member" | "router" | "configuration";
  /** What the client gets where the response has not begun; 0 = the connection is closed without an answer. */
  readonly status: number;
  /**
   * May the request go to another member? "always": nothing of it can have been acted on; "if-idempotent": it may have
   * been acted on; "never".
   */
  readonly retry: "always" | "if-idempotent" | "never";
  /** Does it count against the member's health? */
  readonly counts: boolean;
  /** One sentence for the error page and the log. */
  readonly text: string;
}

const client = (status: number, text: string): Fault => ({
  blame: "client",
  status,
  retry: "never",
  counts: false,
  text,
});
const member = (status: number, retry: Fault["retry"], text: string): Fault => ({
  blame: "member",
  status,
  retry,
  counts: true,
  text,
});

export const faults = {
  "bad-request": client(400, "The request is not valid HTTP/1.1."),
  "header-too-large": client(431, "The request's header is too large."),
  "header-timeout": client(408, "The request's header did not arrive in time."),
  "too-many-headers": client(431, "The request has too many header lines."),
  "uri-too-long": client(414, "The request's URL is too long."),
  "body-too-large": client(413, "The request's body is larger than allowed here."),
  "address-not-allowed": client(403, "This service is not open to your address."),
  "too-many-requests": client(429, "Too many requests came from your address. Please wait a moment."),
  "unsupported-version": client(505, "This HTTP version is not spoken here."),
  "connect-not-supported": client(501, "CONNECT is not supported."),
  "client-certificate-required": client(
    403,
    "A client certificate is needed here, and none that is trusted was shown.",
  ),
  "client-timeout": client(408, "The client stopped sending or reading."),
  "client-closed": client(0, "The client went away."),
  "no-route": {
    blame: "configuration",
    status: 404,
    retry: "never",
    counts: false,
    text: "Nothing is published under this address.",
  },
  "no-member-available": {
    blame: "member",
    status: 503,
    retry: "never",
    counts: false,
    text: "No server is available for this service at the moment.",
  },
  "connect-refused": member(502, "always", "The server refused the connection."),
  "connect-timeout": member(504, "always", "The server did not accept the connection in time."),
  "connect-failed": member(502, "always", "The server could not be reached."),
  "tls-failed": member(502, "always", "A secure connection to the server could not be made."),
  "member-closed": member(502, "if-idempotent", "The server closed the connection before it answered."),
  "response-timeout": member(504, "if-idempotent", "The server did not answer in time."),
  "bad-response": member(502, "if-idempotent", "The server's answer is not valid HTTP/1.1."),
  "response-too-large": member(502, "if-idempotent", "The header of the server's answer is too large."),
  "attempt-timeout": member(504, "if-idempotent", "The server did not answer within the time for one attempt."),
  "member-status": member(502, "if-idempotent", "The server answered with a status that counts as a failure."),
  "member-down": {
    blame: "member",
    status: 504,
    retry: "if-idempotent",
    counts: false,
    text: "The server stopped working before it answered.",
  },
  "member-withdrawn": {
    blame: "configuration",
    status: 503,
    retry: "if-idempotent",
    counts: false,
    text: "The server was taken out of service.",
  },
  "affinity-member-down": {
    blame: "member",
    status: 503,
    retry: "never",
    counts: false,
    text: "The server that has your session is not available at the moment.",
  },
  "queue-full": {
    blame: "router",
    status: 503,
    retry: "never",
    counts: false,
    text: "All servers are busy, and too many requests are waiting.",
  },
  "queue-timeout": {
    blame: "router",
    status: 503,
    retry: "never",
    counts: false,
    text: "All servers were busy for too long.",
  },
  "member-503": member(503, "if-idempotent", "The server answered that the service is unavailable."),
  "response-cut": {
    blame: "member",
    status: 0,
    retry: "never",
    counts: true,
    text: "The server's answer ended early.",
  },
  "idle-timeout": {
    blame: "member",
    status: 504,
    retry: "never",
    counts: false,
    text: "The server stopped in the middle of its answer.",
  },
  "tunnel-broken": {
    blame: "member",
    status: 0,
    retry: "never",
    counts: false,
    text: "The server broke an upgraded connection off.",
  },
  "router-exhausted": {
    blame: "router",
    status: 503,
    retry: "never",
    counts: false,
    text: "The router has no connection left to give.",
  },
  "no-such-farm": {
    blame: "configuration",
    status: 502,
    retry: "never",
    counts: false,
    text: "A rule sends this request to a farm that does not exist.",
  },
  "aborted-by-rule": {
    blame: "configuration",
    status: 0,
    retry: "never",
    counts: false,
    text: "A rule closed the connection.",
  },
  misdirected: client(421, "This name is not served on this connection."),
  "http1-required": client(
    0,
    "The request needs HTTP/1.1: it authenticates a connection, and over HTTP/2 it shares one.",
  ),
  "no-websocket": client(502, "What was asked for does not speak WebSocket."),
  "channel-closed": client(0, "An RPC channel was closed, as they always end."),
  "internal-error": {
    blame: "router",
    status: 500,
    retry: "never",
    counts: false,
    text: "The router failed.",
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultCode = keyof typeof faults;
