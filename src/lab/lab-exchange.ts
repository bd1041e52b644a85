import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { isIP } from "node:net";
import type { FrontEnd } from "./front-end.ts";
import type { LabConnection } from "./lab-connection.ts";
import { fieldValue, type Field, type LabRequest } from "./lab-request.ts";
import type { RequestBody } from "./request-body.ts";

export interface LabResponse {
  readonly status: number;
  /** The usual one when left out. */
  readonly reason?: string;
  readonly fields?: readonly Field[];
  readonly body?: string | Buffer;
}

/** Answers that never have content (RFC 9110 6.4.1). */
function isEmpty(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

/** One request and the answer to it, as the protocols see them. */
export class LabExchange {
  readonly request: LabRequest;
  readonly body: RequestBody;
  readonly frontEnd: FrontEnd;
  readonly connection: LabConnection;
  /** Whose request it is; null = nobody's. */
  user: string | null;
  /** Challenge or mutual authentication that goes with the answer. */
  readonly authenticateFields: Field[] = [];
  keepAlive: boolean;

  constructor(request: LabRequest, body: RequestBody, frontEnd: FrontEnd, connection: LabConnection) {
    this.request = request;
    this.body = body;
    this.frontEnd = frontEnd;
    this.connection = connection;
    this.user = connection.user;
    this.keepAlive = request.head.keepAlive;
  }

  /** The published URL's scheme and authority, as the client sees them. */
  get site(): string {
    const scheme =
      fieldValue(this.request, "x-forwarded-proto") ?? (isIP(this.request.head.host) === 0 ? "https" : "http");
    return `${scheme}://${this.request.head.host}`;
  }

  /** A whole answer. */
  async respond(response: LabResponse): Promise<void> {
    const body = Buffer.from(response.body ?? "");
    const length: Field[] = isEmpty(response.status) ? [] : [["Content-Length", String(body.length)]];
    const head = this.#head(response, [...(response.fields ?? []), ...length]);
    const silent = this.request.method === "HEAD" || isEmpty(response.status);
    await this.connection.write(silent ? head : Buffer.concat([Buffer.from(head, "latin1"), body]));
  }

  /** The head alone; what follows is written with `write`. */
  async begin(response: Omit<LabResponse, "body">): Promise<void> {
    await this.connection.write(this.#head(response, response.fields ?? []));
  }

  async beginChunked(response: Omit<LabResponse, "body">): Promise<void> {
    const fields: Field[] = [...(response.fields ?? []), ["Transfer-Encoding", "chunked"]];
    await this.begin({ ...response, fields });
  }

  async write(bytes: Buffer | string): Promise<void> {
    await this.connection.write(bytes);
  }

  async writeChunk(content: Buffer | string): Promise<void> {
    const bytes = Buffer.from(content);
    const size = Buffer.from(`${bytes.length.toString(16)}\r\n`);
    await this.connection.write(Buffer.concat([size, bytes, Buffer.from("\r\n")]));
  }

  async endChunked(): Promise<void> {
    await this.connection.write("0\r\n\r\n");
  }

  #head(response: LabResponse, fields: readonly Field[]): string {
    const { status } = response;
    const reason = response.reason ?? STATUS_CODES[status] ?? "";
    const lines = [...fields, ...this.#commonFields(fields)].map(([name, value]) => `${name}: ${value}\r\n`);
    return `HTTP/1.1 ${status} ${reason}\r\n${lines.join("")}\r\n`;
  }

  #commonFields(given: readonly Field[]): Field[] {
    const common: Field[] = [];
    if (!given.some(([name]) => name === "Server")) common.push(["Server", "Microsoft-IIS/8.5"]);
    common.push(["request-id", randomUUID()], ...this.authenticateFields);
    if (this.user !== null) common.push(["X-Lab-User", this.user]);
    common.push(["X-Powered-By", "ASP.NET"], ["X-FEServer", this.frontEnd.computer]);
    common.push(["Date", new Date(this.frontEnd.clock.now()).toUTCString()]);
    if (given.some(([name]) => name === "Connection")) return common;
    if (!this.keepAlive) common.push(["Connection", "close"]);
    else if (this.request.head.minor === 0) common.push(["Connection", "Keep-Alive"]);
    return common;
  }
}

/** Answers one request. Whatever it leaves of the request's body is drained for it. */
export type Handler = (exchange: LabExchange) => Promise<void>;
