import type { Socket } from "node:net";

/** Nothing is read from a socket while there is any reason not to; reasons are single bits. */
export class ReadingGate {
  readonly #socket: Socket;
  #reasons = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  block(why: number): void {
    if (this.#reasons === 0) this.#socket.pause();
    this.#reasons |= why;
  }

  unblock(why: number): void {
    if (this.#reasons === 0) return;
    this.#reasons &= ~why;
    if (this.#reasons === 0) this.#socket.resume();
  }
}
