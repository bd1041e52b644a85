import { Buffer } from "node:buffer";
import { framing } from "../http/framing.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { MemberConnection } from "../net/connected-member.ts";
import type { BodyRewriter } from "../rules/outbound/body-rewriter.ts";
import { breakExchange, failAttempt, responseComplete } from "./end-exchange.ts";
import type { Exchange } from "./exchange.ts";
import { holdMember, releaseMember } from "./member-flow.ts";
import { rewrittenBody, type RewrittenBody, type RewrittenOutput } from "./rewritten-body.ts";

const lastChunk = Buffer.from("0\r\n\r\n");
const lineEnd = Buffer.from("\r\n");

interface RewrittenResponse {
  /** As the client is to see it. */
  readonly head: ResponseHead;
  readonly rewriter: BodyRewriter;
}

/** The body goes through the rules from here on; `rest`: what of it came with the head. */
export function beginRewriting(
  exchange: Exchange,
  connection: MemberConnection,
  { head, rewriter }: RewrittenResponse,
  rest: Buffer,
): void {
  const output = new ClientOutput(exchange, connection, head);
  const rewriting = { body: rewrittenBody(rewriter, output), memberDone: false };
  exchange.rewriting = rewriting;
  // What may turn out to be broken is better not begun.
  if (rewriter.coding !== "identity") exchange.answered = false;
  rewriteBody(exchange, connection, rest);
  if (rewriter.coding === "identity" && exchange.rewriting === rewriting) output.begin();
}

/** Bytes of a body that is rewritten. */
export function rewriteBody(exchange: Exchange, connection: MemberConnection, bytes: Buffer): void {
  const { rewriting } = exchange;
  const { body, head } = connection;
  if (rewriting === null) return;
  const ranges: number[] | null = head.framing === framing.chunked ? [] : null;
  body.chunked.ranges = ranges;
  const end = body.scan(bytes, 0);
  if (end === -1) {
    breakExchange(exchange, "response-cut");
    return;
  }
  // More than its response: nothing that comes on this connection can be told from the next one.
  if (end < bytes.length) head.keepAlive = false;
  if (end > 0) {
    exchange.client.armTimeout(exchange.farm?.config.timeouts.idleMs ?? 0);
    if (!writeContent(rewriting.body, bytes, ranges ?? [0, end])) holdMember(exchange, connection);
  }
  if (body.done) memberIsDone(exchange, connection);
}

/** `ranges`: start, end, start, end … */
function writeContent(body: RewrittenBody, bytes: Buffer, ranges: readonly number[]): boolean {
  let flowing = true;
  for (let index = 0; index < ranges.length; index += 2) {
    flowing = body.write(bytes.subarray(ranges[index], ranges[index + 1]));
  }
  return flowing;
}

/** The member has sent the whole of its response; the client may not have it yet. */
export function memberIsDone(exchange: Exchange, connection: MemberConnection): void {
  const { rewriting } = exchange;
  if (rewriting === null || rewriting.memberDone) return;
  rewriting.memberDone = true;
  rewriting.body.end();
  // What else comes is for nobody yet.
  if (exchange.rewriting === rewriting) holdMember(exchange, connection);
}

/** Writes the response to the client as its version of HTTP has it. */
class ClientOutput implements RewrittenOutput {
  readonly #exchange: Exchange;
  readonly #connection: MemberConnection;
  readonly #head: ResponseHead;
  readonly #chunked: boolean;
  #begun = false;
  #over = false;

  constructor(exchange: Exchange, connection: MemberConnection, head: ResponseHead) {
    this.#exchange = exchange;
    this.#connection = connection;
    this.#head = head;
    this.#chunked = !exchange.unchunk;
  }

  /** Without waiting for the body. */
  begin(): void {
    if (this.#begun || this.#over) return;
    this.#begun = true;
    this.#exchange.answered = true;
    if (!this.#exchange.client.writer.head(this.#head)) holdMember(this.#exchange, this.#connection);
  }

  bytes(content: Buffer): boolean {
    const { client } = this.#exchange;
    const framed = this.#chunked
      ? Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, lineEnd])
      : content;
    client.record.responseBytes += framed.length;
    if (this.#begun) return client.writer.body(framed);
    this.#begun = true;
    this.#exchange.answered = true;
    return client.writer.headAndBody(this.#head, framed);
  }

  done(): void {
    this.begin();
    this.#over = true;
    const { client } = this.#exchange;
    if (this.#chunked) {
      client.record.responseBytes += lastChunk.length;
      client.writer.body(lastChunk);
    }
    this.#exchange.dropRewriting();
    releaseMember(this.#exchange);
    responseComplete(this.#exchange, this.#connection, false);
  }

  failed(): void {
    this.#over = true;
    if (this.#begun) breakExchange(this.#exchange, "response-cut");
    else failAttempt(this.#exchange, "bad-response");
  }

  ready(): void {
    if (this.#exchange.rewriting?.memberDone === false) releaseMember(this.#exchange);
  }

  internalError(error: unknown): void {
    this.#exchange.client.internalError(error);
  }
}
