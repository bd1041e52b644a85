import { createServer, type Server, type Socket } from "node:net";
import { TLSSocket, type SecureContext } from "node:tls";
import type { FrontEnd } from "./front-end.ts";
import { LabConnection } from "./lab-connection.ts";
import { serveConnection } from "./serve-connection.ts";

/** One listening server of the lab, on 127.0.0.1. */
export class LabServer {
  readonly frontEnd: FrontEnd;
  readonly tls: boolean;
  readonly #listener: Server;
  readonly #context: SecureContext | null;
  readonly #connections = new Set<LabConnection>();
  #accepted = 0;
  #port = 0;

  /** `secureContext` null: plain HTTP. */
  constructor(frontEnd: FrontEnd, secureContext: SecureContext | null) {
    this.frontEnd = frontEnd;
    this.tls = secureContext !== null;
    this.#context = secureContext;
    this.#listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  get address(): string {
    return "127.0.0.1";
  }

  get port(): number {
    return this.#port;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  /** Since the start. */
  get acceptedConnections(): number {
    return this.#accepted;
  }

  /** Rejects when the port cannot be had. 0 = any free one. */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#listener.once("error", reject);
      this.#listener.listen(port, this.address, () => {
        this.#listener.off("error", reject);
        resolve();
      });
    });
    const address = this.#listener.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    await new Promise<void>((resolve) => this.#listener.close(() => resolve()));
  }

  #accept(transport: Socket): void {
    const socket = this.#context === null ? transport : this.#secured(transport, this.#context);
    this.#accepted += 1;
    const connection = new LabConnection(this.#accepted, socket, transport, this.frontEnd.clock);
    this.#connections.add(connection);
    socket.on("close", () => this.#connections.delete(connection));
    // Errors of a connection show as its close.
    socket.on("error", () => socket.destroy());
    if (socket !== transport) transport.on("error", () => socket.destroy());
    void serveConnection(connection, this.frontEnd);
  }

  /** Not a tls.Server's socket: a fault needs the TCP connection beneath. */
  #secured(transport: Socket, secureContext: SecureContext): TLSSocket {
    return new TLSSocket(transport, { isServer: true, secureContext });
  }
}
