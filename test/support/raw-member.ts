import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import type { MemberConfig } from "../../src/config/farm-config.ts";
import { Changes } from "./changes.ts";
import { aMember } from "./configs.ts";
import { RawEnd } from "./raw-end.ts";

/** One connection that came to a raw member. */
export class RawConnection extends RawEnd {
  constructor(socket: Socket) {
    super(socket, "the member");
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
    return { ...aMember(this.#name, "127.0.0.1", address.port), protocol: this.#protocol };
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
