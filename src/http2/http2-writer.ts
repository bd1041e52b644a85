import { constants, type ServerHttp2Stream } from "node:http2";
import type { ClientSide } from "../forward/client-side.ts";
import { respondFault } from "../forward/own-response.ts";
import type { OwnResponse, ResponseWriter } from "../forward/response-writer.ts";
import { framing } from "../http/framing.ts";
import { parseResponseHead, ResponseHead } from "../http/response-head.ts";
import { responseFields } from "./response-fields.ts";
import { acceptOf } from "./web-socket-key.ts";

interface StreamOwner extends ClientSide {
  /** "" = no WebSocket. */
  readonly webSocketKey: string;
  reset(code: number): void;
}

const ownHead = new ResponseHead();

/** Responses on one HTTP/2 stream. Its end says where each of them ends. */
export class Http2Writer implements ResponseWriter {
  readonly #stream: ServerHttp2Stream;
  readonly #client: StreamOwner;

  constructor(stream: ServerHttp2Stream, client: StreamOwner) {
    this.#stream = stream;
    this.#client = client;
  }

  objection(head: ResponseHead): ReturnType<ResponseWriter["objection"]> {
    if (head.connectionAuth) return "http1-required";
    const { webSocketKey } = this.#client;
    if (webSocketKey === "" || head.status >= 300) return null;
    // A 2xx would tell the client that it has its WebSocket. That it asked a page for one is no fault of the member's.
    if (head.status !== 101) return "no-websocket";
    return acceptedKey(head) === acceptOf(webSocketKey) ? null : "bad-response";
  }

  /**
   * RFC 9113 8.6: the client knows that it has to come again by HTTP/1.1, and that nothing was done. One that shares the
   * connection with another name (a certificate for several) is first told to make a connection of its own.
   */
  requireHttp1(): void {
    const client = this.#client;
    if (client.misdirected) respondFault(client, "misdirected");
    else {
      client.record.failed("http1-required");
      client.reset(constants.NGHTTP2_HTTP_1_1_REQUIRED);
    }
  }

  interim(head: ResponseHead): void {
    if (!this.#isOpen) return;
    this.#client.record.responseBytes += head.text.length;
    this.#stream.additionalHeaders(responseFields(head, head.status));
  }

  switched(head: ResponseHead): void {
    this.#respond(head, 200, false);
  }

  head(head: ResponseHead): boolean {
    return this.#respond(head, head.status, head.framing === framing.none);
  }

  headAndBody(head: ResponseHead, content: Buffer): boolean {
    this.#respond(head, head.status, false);
    return this.body(content);
  }

  body(bytes: Buffer): boolean {
    // After a 205 Node allows none.
    return this.#stream.writableEnded || !this.#isOpen || this.#stream.write(bytes);
  }

  complete(): void {
    this.end();
  }

  own(response: OwnResponse): void {
    if (!this.#isOpen) return;
    const { method } = this.#client.head;
    parseResponseHead(`${response.head}${this.#client.dateLine()}\r\n`, ownHead, method);
    const withBody = method !== "HEAD" && response.body !== "";
    // The answer is no member's: it binds the client to none.
    this.#client.addedLines = "";
    this.#respond(ownHead, ownHead.status, !withBody);
    if (!withBody) return;
    this.#client.record.responseBytes += response.body.length;
    this.#stream.end(response.body, "latin1");
  }

  end(): void {
    if (!this.#stream.writableEnded) this.#stream.end();
  }

  get #isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed;
  }

  #respond(head: ResponseHead, status: number, endStream: boolean): boolean {
    if (!this.#isOpen) return true;
    this.#client.record.responseBytes += head.text.length;
    const fields = responseFields(head, status, this.#client.addedLines);
    // "Date: …\r\n"
    if (!head.hasDate) fields["date"] = this.#client.dateLine().slice(6, -2);
    this.#stream.respond(fields, { endStream });
    return !this.#stream.writableNeedDrain;
  }
}

function acceptedKey(head: ResponseHead): string {
  return /^sec-websocket-accept:[ \t]*([^\r\n]*?)[ \t]*\r$/im.exec(head.text)?.[1] ?? "";
}
