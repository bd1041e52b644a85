import { BodyFramer } from "../http/body-framer.ts";
import { framing } from "../http/framing.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { ByteSource } from "./byte-source.ts";
import { ConnectionGone } from "./connection-gone.ts";

/** The content of one request, decoded, piece by piece. */
export class RequestBody {
  /** Bytes of content so far. */
  received = 0;
  readonly #source: ByteSource;
  readonly #framer = new BodyFramer();
  readonly #chunked: boolean;
  #beforeFirst: (() => void) | null;

  /** `sendContinue` is called when somebody first asks for the body, or never: as a server answers an expectation. */
  constructor(source: ByteSource, head: RequestHead, sendContinue: (() => void) | null) {
    this.#source = source;
    this.#framer.start(head.framing, head.contentLength);
    this.#chunked = head.framing === framing.chunked;
    if (this.#chunked) this.#framer.chunked.ranges = [];
    this.#beforeFirst = sendContinue;
  }

  /** All of it has been taken. */
  get complete(): boolean {
    return this.#framer.done;
  }

  /** The next bytes; null = the end, or the client went away before it (`complete` tells). */
  async next(): Promise<Buffer | null> {
    while (!this.#framer.done) {
      this.#beforeFirst?.();
      this.#beforeFirst = null;
      const bytes = await this.#source.next();
      if (bytes === null) return null;
      const content = this.#contentOf(bytes);
      this.received += content.length;
      if (content.length > 0) return content;
    }
    return null;
  }

  /** All of it as latin1 text, of which only the first `limit` bytes are kept. Throws ConnectionGone. */
  async text(limit = 1024 * 1024): Promise<string> {
    let text = "";
    for (let bytes = await this.next(); bytes !== null; bytes = await this.next())
      if (text.length < limit) text += bytes.toString("latin1");
    if (!this.complete) throw new ConnectionGone("the request's body ended early");
    return text;
  }

  /** Takes and forgets the rest. Throws ConnectionGone. */
  async drain(): Promise<void> {
    await this.text(0);
  }

  /** Whoever was answered already is not invited to send the body. */
  withdrawInvitation(): void {
    this.#beforeFirst = null;
  }

  #contentOf(bytes: Buffer): Buffer {
    const end = this.#framer.scan(bytes, 0);
    if (end === -1) throw new ConnectionGone("a malformed body");
    this.#source.unread(bytes.subarray(end));
    const ranges = this.#framer.chunked.ranges;
    if (!this.#chunked || ranges === null) return bytes.subarray(0, end);
    const pieces: Buffer[] = [];
    for (let at = 0; at < ranges.length; at += 2) pieces.push(bytes.subarray(ranges[at], ranges[at + 1]));
    ranges.length = 0;
    return pieces.length === 1 ? (pieces[0] ?? bytes) : Buffer.concat(pieces);
  }
}
