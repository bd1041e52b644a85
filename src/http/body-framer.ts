import { ChunkedFramer } from "./chunked-framer.ts";
import { framing, type Framing } from "./framing.ts";

/**
 * Follows one body through the buffers it comes in and finds its end, without copying or changing a byte. Made once per
 * direction of a connection, started for each message.
 */
export class BodyFramer {
  done = true;
  /** Bytes of the body so far, without the frames of chunks. */
  content = 0;
  readonly chunked = new ChunkedFramer();
  #framing: Framing = framing.none;
  #left = 0;

  start(kind: Framing, contentLength: number): void {
    this.#framing = kind;
    this.#left = contentLength;
    this.content = 0;
    this.done = kind === framing.none || (kind === framing.length && contentLength === 0);
    if (kind === framing.chunked) this.chunked.start();
  }

  /** The end of what belongs to this body in `bytes` from `from` on; -1 = malformed. Sets `done` at the body's end. */
  scan(bytes: Buffer, from: number): number {
    if (this.done) return from;
    if (this.#framing === framing.untilClose) {
      this.content += bytes.length - from;
      return bytes.length;
    }
    if (this.#framing === framing.chunked) {
      const end = this.chunked.scan(bytes, from);
      this.done = this.chunked.done;
      this.content = this.chunked.content;
      return end;
    }
    const taken = Math.min(this.#left, bytes.length - from);
    this.#left -= taken;
    this.content += taken;
    this.done = this.#left === 0;
    return from + taken;
  }
}
