import type { Socket } from "node:net";
import type { Clock } from "../util/clock.ts";
import { ByteSource } from "./byte-source.ts";
import { ConnectionGone } from "./connection-gone.ts";

const lingerMs = 2000;

/** One client connection, with the user that it was authenticated for. */
export class LabConnection {
  readonly id: number;
  readonly source: ByteSource;
  /** Set by NTLM or Negotiate: every later request is this user's, whatever it carries or does not carry. */
  user: string | null = null;
  /** The handshake that is under way. */
  challenge: Buffer | null = null;
  readonly #socket: Socket;
  /** The TCP connection under TLS; without TLS the same. */
  readonly #transport: Socket;
  readonly #clock: Clock;

  constructor(id: number, socket: Socket, transport: Socket, clock: Clock) {
    this.id = id;
    this.#socket = socket;
    this.#transport = transport;
    this.#clock = clock;
    this.source = new ByteSource(socket);
  }

  get gone(): boolean {
    return this.#socket.destroyed;
  }

  /** Resolves when more can be written. Throws ConnectionGone. */
  async write(bytes: Buffer | string): Promise<void> {
    if (this.#socket.destroyed || this.#socket.writableEnded) throw new ConnectionGone("closed");
    if (typeof bytes === "string" ? this.#socket.write(bytes, "latin1") : this.#socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        this.#socket.off("drain", settle).off("close", settle);
        resolve();
      };
      this.#socket.on("drain", settle).on("close", settle);
    });
    if (this.#socket.destroyed) throw new ConnectionGone("closed");
  }

  /** Waits; throws ConnectionGone when the connection is gone meanwhile. */
  async delay(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        timer.cancel();
        this.#socket.off("close", settle);
        resolve();
      };
      const timer = this.#clock.after(delayMs, settle);
      if (this.gone) settle();
      else this.#socket.on("close", settle);
    });
    if (this.gone) throw new ConnectionGone("closed");
  }

  /** Waits with nothing to say; throws ConnectionGone as soon as the client closes even only its side. */
  async park(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        timer.cancel();
        takeBack();
        resolve();
      };
      const timer = this.#clock.after(delayMs, settle);
      const takeBack = this.source.onEnd(settle);
    });
    if (this.source.ended) throw new ConnectionGone("the client closed");
  }

  /** Takes and forgets all that comes, until the client closes. */
  async swallow(): Promise<void> {
    while ((await this.source.next()) !== null);
  }

  /** Ends our side and waits a little for the client's, so that it can read the answer in spite of what it sends. */
  async close(): Promise<void> {
    if (this.gone) return;
    this.#socket.end();
    const timer = this.#clock.after(lingerMs, () => this.#socket.destroy());
    await this.swallow();
    timer.cancel();
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Closes with RST. */
  reset(): void {
    this.#transport.resetAndDestroy();
    this.#socket.destroy();
  }
}
