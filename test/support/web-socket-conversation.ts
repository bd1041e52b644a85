import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { Changes } from "./changes.ts";
import { summary } from "./echo-web-socket.ts";
import type { WebSocketCase } from "./web-socket-cases.ts";
import { clientFrame, closePayload, FrameReader, opcode } from "./web-socket-frames.ts";

/** An open WebSocket whose client side is to be played by hand. */
export interface OpenWebSocket {
  readonly stream: Duplex;
  /** What came together with the handshake, behind it. */
  readonly early: Buffer;
  /** Sec-WebSocket-Extensions of the handshake; "" = none. */
  readonly extensions: string;
}

/** All that a client sees of a conversation. */
export interface Heard {
  readonly extensions: string;
  readonly frames: readonly string[];
  /** Digest of all bytes behind the handshake. */
  readonly bytes: string;
  readonly end: "end" | "reset";
  /** The code of the server's Close; 1005 = it had none, null = there was none. */
  readonly closed: number | null;
}

/** Plays the client's part to the end. */
export async function converse({ steps }: WebSocketCase, opened: OpenWebSocket): Promise<Heard> {
  const client = new PlayedClient(opened);
  let closed = false;
  for (const step of steps) {
    if ("end" in step) opened.stream.end();
    else if ("frames" in step) await client.until(() => client.frames.length >= step.frames);
    else {
      await client.send(step.send, step.chop);
      closed ||= step.closes === true;
    }
  }
  await client.until(() => client.closeCode !== null);
  if (!closed && client.closeCode !== null) await client.send(goodbye);
  opened.stream.end();
  await client.until(() => false);
  return { extensions: opened.extensions, ...client.heard() };
}

const goodbye = clientFrame({ opcode: opcode.close, payload: closePayload(1000) });

class PlayedClient {
  readonly #stream: Duplex;
  readonly #changes = new Changes();
  readonly #reader = new FrameReader();
  readonly #digest = createHash("sha256");
  #length = 0;
  #moves = 0;
  #over: "end" | "reset" | null = null;

  constructor({ stream, early }: OpenWebSocket) {
    this.#stream = stream;
    this.#hear(early);
    stream.on("data", (bytes: Buffer) => this.#hear(bytes));
    stream.on("drain", () => this.#moved());
    stream.on("end", () => this.#ended("end"));
    stream.on("error", () => this.#ended("reset"));
    stream.on("close", () => this.#ended("reset"));
    stream.resume();
  }

  get frames(): FrameReader["frames"] {
    return this.#reader.frames;
  }

  get closeCode(): number | null {
    const last = this.frames.at(-1);
    if (last?.opcode !== opcode.close) return null;
    return last.payload.length === 0 ? 1005 : last.payload.readUInt16BE();
  }

  async send(bytes: Buffer, chop = Math.max(bytes.length, 1)): Promise<void> {
    for (let at = 0; at < bytes.length && this.#over === null; at += chop) {
      const flowing = this.#stream.write(bytes.subarray(at, at + chop));
      if (!flowing) await this.until(() => !this.#stream.writableNeedDrain);
      else if (chop < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Until it holds, or nothing comes any more; for as long as something moves. */
  async until(condition: () => boolean): Promise<void> {
    while (this.#over === null && !condition()) {
      const before = this.#moves;
      await this.#changes.until(
        () => this.#moves !== before,
        () => `the client got ${this.frames.length} frames, ${this.#length} bytes`,
      );
    }
  }

  heard(): Omit<Heard, "extensions"> {
    const frames = this.frames.map(({ opcode: code, fin, reserved, payload }) => {
      return `${code} ${fin === true ? "fin" : "more"} ${reserved} ${summary(payload)}`;
    });
    const bytes = `${this.#length} ${this.#digest.digest("hex")}`;
    return { frames, bytes, end: this.#over ?? "reset", closed: this.closeCode };
  }

  #moved(): void {
    this.#moves++;
    this.#changes.happened();
  }

  #hear(bytes: Buffer): void {
    this.#length += bytes.length;
    this.#digest.update(bytes);
    this.#reader.add(bytes);
    this.#moved();
  }

  #ended(how: "end" | "reset"): void {
    this.#over ??= how;
    this.#moved();
  }
}
