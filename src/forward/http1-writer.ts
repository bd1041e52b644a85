import type { Socket } from "node:net";
import type { ResponseHead } from "../http/response-head.ts";
import type { ClientSide } from "./client-side.ts";
import { interimHeadText, responseHeadText, switchedHeadText } from "./response-head-text.ts";
import type { OwnResponse, ResponseWriter } from "./response-writer.ts";
import { writeMessage } from "./write-message.ts";

/** Responses as HTTP/1.x, the end of each where its framing says. */
export class Http1Writer implements ResponseWriter {
  readonly #socket: Socket;
  readonly #client: ClientSide;

  constructor(socket: Socket, client: ClientSide) {
    this.#socket = socket;
    this.#client = client;
  }

  objection(): null {
    return null;
  }

  requireHttp1(): void {
    throw new Error("it is HTTP/1.1 already");
  }

  interim(head: ResponseHead): void {
    // RFC 9110 15.2: not to an HTTP/1.0 client.
    if (this.#client.head.minor === 1) this.#write(interimHeadText(head));
  }

  switched(head: ResponseHead): void {
    this.#write(switchedHeadText(this.#client, head));
  }

  head(head: ResponseHead): boolean {
    return this.#write(responseHeadText(this.#client, head));
  }

  headAndBody(head: ResponseHead, content: Buffer): boolean {
    const text = responseHeadText(this.#client, head);
    this.#client.record.responseBytes += text.length;
    return writeMessage(this.#socket, text, [content], content.length);
  }

  body(bytes: Buffer): boolean {
    return this.#socket.write(bytes);
  }

  complete(): void {
    // The end of the body has said it, or the end of the connection will.
  }

  own(response: OwnResponse): void {
    const client = this.#client;
    const old = client.head.minor === 0 ? "Connection: keep-alive\r\n" : "";
    const connection = client.closing ? "Connection: close\r\n" : old;
    const body = client.head.method === "HEAD" ? "" : response.body;
    this.#write(`${response.head}${client.dateLine()}${connection}\r\n${body}`);
  }

  end(): void {
    this.#socket.end();
  }

  #write(text: string): boolean {
    this.#client.record.responseBytes += text.length;
    return this.#socket.write(text, "latin1");
  }
}
