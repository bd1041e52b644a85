import type { Socket } from "node:net";

const highWaterBytes = 256 * 1024;

/** What a client sends, taken piece by piece by one reader at a time; at most 256 KiB wait to be taken. */
export class ByteSource {
  /** The client sends nothing more: it closed its side, or the connection is gone. */
  ended = false;
  readonly #socket: Socket;
  readonly #waiting: Buffer[] = [];
  readonly #endListeners = new Set<() => void>();
  #waitingBytes = 0;
  #wake: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    socket.on("end", () => this.#finish());
    socket.on("close", () => this.#finish());
  }

  /** The next bytes; null = no more will come. */
  async next(): Promise<Buffer | null> {
    const bytes = this.#take();
    if (bytes !== null || this.ended) return bytes;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#take();
  }

  /** Puts back what the next reader is to get. */
  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#waiting.unshift(bytes);
    this.#waitingBytes += bytes.length;
  }

  /** Calls `listener` once, when the client has ended; the returned function takes it back. */
  onEnd(listener: () => void): () => void {
    if (this.ended) listener();
    else this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  #take(): Buffer | null {
    const bytes = this.#waiting.shift() ?? null;
    if (bytes === null) return null;
    this.#waitingBytes -= bytes.length;
    if (this.#waitingBytes < highWaterBytes && this.#socket.isPaused()) this.#socket.resume();
    return bytes;
  }

  #receive(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= highWaterBytes) this.#socket.pause();
    this.#wakeReader();
  }

  #finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.#wakeReader();
    for (const listener of this.#endListeners) listener();
    this.#endListeners.clear();
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
