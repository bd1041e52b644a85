import { Buffer } from "node:buffer";
import type { BodyRewriter } from "../rules/outbound/body-rewriter.ts";
import type { ContentCoding } from "../rules/outbound/content-coding.ts";
import { type BodyCodec, createCodec } from "./body-codec.ts";

/** Where a rewritten body goes. */
export interface RewrittenOutput {
  /** false = it takes no more until `resume` is called. */
  bytes(content: Buffer): boolean;
  /** All of the body was given. */
  done(): void;
  /** Its content coding is broken. */
  failed(): void;
  /** More may be written. */
  ready(): void;
  /** Something was thrown that should not have been possible. */
  internalError(error: unknown): void;
}

/** One body on its way through the rules: bytes in as they come, without the frames of chunks. */
export interface RewrittenBody {
  /** false = it takes no more until `ready`. The memory of the bytes may be used again. */
  write(bytes: Buffer): boolean;
  end(): void;
  /** The output takes more. */
  resume(): void;
  /** Nothing more is wanted, and nothing more is said. */
  destroy(): void;
}

export function rewrittenBody(rewriter: BodyRewriter, output: RewrittenOutput): RewrittenBody {
  const { coding } = rewriter;
  return coding === "identity" ? new PlainBody(rewriter, output) : new CodedBody(rewriter, coding, output);
}

class PlainBody implements RewrittenBody {
  readonly #rewriter: BodyRewriter;
  readonly #output: RewrittenOutput;

  constructor(rewriter: BodyRewriter, output: RewrittenOutput) {
    this.#rewriter = rewriter;
    this.#output = output;
  }

  write(bytes: Buffer): boolean {
    const changed = this.#rewriter.write(bytes);
    return changed.length === 0 || this.#output.bytes(changed);
  }

  end(): void {
    const rest = this.#rewriter.end();
    if (rest.length > 0) this.#output.bytes(rest);
    this.#output.done();
  }

  resume(): void {
    this.#output.ready();
  }

  destroy(): void {
    // There is nothing to free.
  }
}

/** decoder -> rules -> encoder, each of which stops the one before it. */
class CodedBody implements RewrittenBody {
  readonly #rewriter: BodyRewriter;
  readonly #coding: Exclude<ContentCoding, "identity">;
  readonly #output: RewrittenOutput;
  #codec: BodyCodec | null = null;
  #over = false;
  /** All of the body as it came was written. */
  #ended = false;
  /** The decoder has found its end; what comes behind it is no content (browsers do not mind it either). */
  #decodedAll = false;
  #encodedAll = false;
  /** The encoder was given what it may still hold back. */
  #unflushed = false;

  constructor(rewriter: BodyRewriter, coding: Exclude<ContentCoding, "identity">, output: RewrittenOutput) {
    this.#rewriter = rewriter;
    this.#coding = coding;
    this.#output = output;
  }

  write(bytes: Buffer): boolean {
    if (this.#over || this.#decodedAll || bytes.length === 0) return true;
    const { decoder } = this.#opened(bytes[0] ?? 0);
    return decoder.write(
      Buffer.from(bytes),
      this.#guarded(() => this.#flush()),
    );
  }

  end(): void {
    if (this.#over) return;
    this.#ended = true;
    // Without a byte it is no gzip, but some servers send it for an empty body.
    if (this.#codec === null || this.#encodedAll) this.#output.done();
    else if (!this.#decodedAll) this.#codec.decoder.end();
  }

  resume(): void {
    this.#codec?.encoder.resume();
  }

  destroy(): void {
    this.#over = true;
    this.#codec?.decoder.destroy();
    this.#codec?.encoder.destroy();
    this.#codec = null;
  }

  #opened(first: number): BodyCodec {
    if (this.#codec !== null) return this.#codec;
    const codec = createCodec(this.#coding, first);
    const { decoder, encoder } = codec;
    const failed = this.#guarded(() => this.#output.failed());
    decoder.on("data", (bytes: Buffer) => this.#guarded(() => this.#decoded(codec, bytes))());
    decoder.on(
      "end",
      this.#guarded(() => this.#decoderEnded(codec)),
    );
    decoder.on(
      "drain",
      this.#guarded(() => this.#output.ready()),
    );
    decoder.on("error", failed);
    encoder.on("data", (bytes: Buffer) => this.#guarded(() => this.#encoded(codec, bytes))());
    encoder.on("drain", () => decoder.resume());
    encoder.on(
      "end",
      this.#guarded(() => this.#encoderEnded()),
    );
    encoder.on("error", failed);
    this.#codec = codec;
    return codec;
  }

  #decoded({ decoder, encoder }: BodyCodec, bytes: Buffer): void {
    const changed = this.#rewriter.write(bytes);
    if (changed.length > 0) {
      this.#unflushed = true;
      if (!encoder.write(changed)) decoder.pause();
    }
    this.#flush();
  }

  #decoderEnded({ encoder }: BodyCodec): void {
    this.#decodedAll = true;
    encoder.end(this.#rewriter.end());
    this.#output.ready();
  }

  #encoderEnded(): void {
    this.#encodedAll = true;
    if (this.#ended) this.#output.done();
  }

  #encoded({ encoder }: BodyCodec, bytes: Buffer): void {
    if (!this.#output.bytes(bytes)) encoder.pause();
  }

  /** The member has sent no more for the moment: what there is goes to the client, who may wait for it. */
  #flush(): void {
    if (this.#codec === null || !this.#unflushed) return;
    const { decoder, encoder, flush } = this.#codec;
    if (decoder.writableLength > 0 || decoder.readableLength > 0 || decoder.writableEnded) return;
    this.#unflushed = false;
    encoder.flush(flush);
  }

  /** Node calls on for a while after `destroy`. */
  #guarded(run: () => void): () => void {
    return () => {
      if (this.#over) return;
      try {
        run();
      } catch (error) {
        this.#output.internalError(error);
      }
    };
  }
}
