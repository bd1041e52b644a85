import type { Socket } from "node:net";
import { Changes, tail } from "./changes.ts";

/** One end of a raw connection: what came, what is written, and waiting for it. */
export class RawEnd {
  readonly socket: Socket;
  received = Buffer.alloc(0);
  /** Bytes that have come in all. */
  total = 0;
  /** Of what has come at most so many bytes are kept, for bodies that nobody wants to see. */
  keep = Infinity;
  ended = false;
  closed = false;
  readonly #name: string;
  readonly #changes = new Changes();

  constructor(socket: Socket, name: string) {
    this.socket = socket;
    this.#name = name;
    socket.on("data", (bytes) => {
      this.total += bytes.length;
      const received = bytes.length < this.keep ? Buffer.concat([this.received, bytes]) : bytes;
      this.received = received.length > this.keep ? received.subarray(-this.keep) : received;
      this.#changes.happened();
    });
    socket.on("end", () => {
      this.ended = true;
      this.#changes.happened();
    });
    socket.on("close", () => {
      this.closed = true;
      this.#changes.happened();
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

  /** Resolves once the condition holds for what has come so far. */
  async until(condition: (end: this) => boolean): Promise<this> {
    await this.#changes.until(
      () => condition(this),
      () => `${this.#name} got ${tail(this.received)}${this.closed ? ", closed" : this.ended ? ", ended" : ""}`,
    );
    return this;
  }

  /** Until the other side sends no more, whether it said so with an end or a reset. */
  async untilGone(): Promise<this> {
    return this.until(({ ended, closed }) => ended || closed);
  }

  async untilText(part: string | RegExp): Promise<string> {
    await this.until(({ text }) => (typeof part === "string" ? text.includes(part) : part.test(text)));
    return this.text;
  }
}
