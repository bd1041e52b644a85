import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import type { MemberConfig } from "../../src/config/config.ts";
import { Changes, tail } from "./changes.ts";

/** One connection that came to a raw member. */
export class RawConnection {
  readonly socket: Socket;
  received = Buffer.alloc(0);
  /** Bytes that have come in all. */
  total = 0;
  /** Of what has come at most so many bytes are kept, for bodies that nobody wants to see. */
  keep = Infinity;
  ended = false;
  closed = false;
  readonly #changes = new Changes();

  constructor(socket: Socket) {
    this.socket = socket;
    const changed = (): void => this.#changes.happened();
    socket.on("data", (bytes) => {
      this.total += bytes.length;
      const received = bytes.length < this.keep ? Buffer.concat([this.received, bytes]) : bytes;
      this.received = received.length > this.keep ? received.subarray(-this.keep) : received;
      changed();
    });
    socket.on("end", () => {
      this.ended = true;
      changed();
    });
    socket.on("close", () => {
      this.closed = true;
      changed();
    });
    socket.on("error", () => undefined);
  }

  get text(): string {
    return this.received.toString("latin1");
  }

  /** Forgets what was received so far. */
  clear(): void {
    this.received = Buffer.alloc(0);
  }

  write(text: string | Buffer): this {
    if (typeof text === "string") this.socket.write(text, "latin1");
    else this.socket.write(text);
    return this;
  }

  async until(condition: (connection: this) => boolean): Promise<this> {
    await this.#changes.until(
      () => condition(this),
      () => `the member got ${tail(this.received)}`,
    );
    return this;
  }

  /** Until the router sends no more, whether it said so with an end or a reset. */
  async untilGone(): Promise<this> {
    return this.until(({ ended, closed }) => ended || closed);
  }

  async untilText(part: string | RegExp): Promise<string> {
    await this.until(({ text }) => (typeof part === "string" ? text.includes(part) : part.test(text)));
    return this.text;
  }
}

/** A lenient member that records the exact bytes that arrive and answers what the test writes. */
export class RawMember {
  readonly connections: RawConnection[] = [];
  readonly #server: Server;
  readonly #name: string;
  readonly #changes = new Changes();

  readonly #protocol: "http" | "https";

  private constructor(name: string, answer: ((connection: RawConnection) => void) | null, tls: TlsOptions | null) {
    this.#name = name;
    this.#protocol = tls === null ? "http" : "https";
    const accept = (socket: Socket): void => {
      const connection = new RawConnection(socket);
      this.connections.push(connection);
      answer?.(connection);
      this.#changes.happened();
    };
    const options = { allowHalfOpen: true, noDelay: true };
    this.#server = tls === null ? createServer(options, accept) : createTlsServer({ ...options, ...tls }, accept);
    this.#server.on("tlsClientError", () => undefined);
  }

  /** `answer` is called for each new connection; with TLS, once its handshake is done. */
  static async start(
    name = "m1",
    answer: ((connection: RawConnection) => void) | null = null,
    tls: TlsOptions | null = null,
  ): Promise<RawMember> {
    const member = new RawMember(name, answer, tls);
    member.#server.listen(0, "127.0.0.1");
    await once(member.#server, "listening");
    return member;
  }

  get config(): MemberConfig {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the member does not listen");
    return { server: this.#name, protocol: this.#protocol, host: "127.0.0.1", port: address.port };
  }

  /** The connection with this number, once it is there. */
  async connection(index = 0): Promise<RawConnection> {
    await this.#changes.until(
      () => this.connections.length > index,
      () => `${this.#name} got ${this.connections.length} connections`,
    );
    const connection = this.connections[index];
    if (connection === undefined) throw new RangeError(`no connection ${index}`);
    return connection;
  }

  close(): void {
    this.#server.close();
    for (const { socket } of this.connections) socket.destroy();
  }
}

/** For `RawMember.start`: answers every request without a body with the same bytes. */
export function always(response: string): (connection: RawConnection) => void {
  return (connection) => {
    connection.socket.on("data", () => {
      const requests = connection.text.split("\r\n\r\n").length - 1;
      connection.clear();
      for (let request = 0; request < requests; request++) connection.write(response);
    });
  };
}
