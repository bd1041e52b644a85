import type { ResponseHead } from "../http/response-head.ts";

/** A response of the router's own. */
export interface OwnResponse {
  /** The status line and all fields but those that depend on the connection. */
  readonly head: string;
  readonly body: string;
}

/**
 * Writes responses in the client's version of HTTP. false = the client takes no more for the
 * moment. What is not a body they count in the record.
 */
export interface ResponseWriter {
  /** Why the client may not get this response; null = it may. */
  objection(head: ResponseHead): "http1-required" | "bad-response" | "no-websocket" | null;
  /** The request has to come again over HTTP/1.1. Only of what is `multiplexed`. */
  requireHttp1(): void;
  /** A 1xx but 101. */
  interim(head: ResponseHead): void;
  /** The member's 101: from here on `body` writes what comes as it comes. */
  switched(head: ResponseHead): void;
  head(head: ResponseHead): boolean;
  /** The usual case: the body, or its beginning, came with the head. */
  headAndBody(head: ResponseHead, content: Buffer): boolean;
  body(bytes: Buffer): boolean;
  /** The last byte of the response was written. */
  complete(): void;
  own(response: OwnResponse): void;
  /** Of a tunnel: the member sends no more. */
  end(): void;
}
