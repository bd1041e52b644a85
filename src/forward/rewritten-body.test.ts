import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
  inflateSync,
} from "node:zlib";
import * as fc from "fast-check";
import type { BodyRewriter } from "../rules/outbound/body-rewriter.ts";
import type { ContentCoding } from "../rules/outbound/content-coding.ts";
import { rewrittenBody, type RewrittenOutput } from "./rewritten-body.ts";

/** Holds one byte back and writes each one twice. */
class Doubling implements BodyRewriter {
  readonly coding: ContentCoding;
  #held = Buffer.alloc(0);

  constructor(coding: ContentCoding) {
    this.coding = coding;
  }

  write(bytes: Buffer): Buffer {
    const all = Buffer.concat([this.#held, bytes]);
    this.#held = Buffer.from(all.subarray(-1));
    return doubled(all.subarray(0, -1));
  }

  end(): Buffer {
    return doubled(this.#held);
  }
}

/** Passes on what it is given, or always the same. */
class Counting implements BodyRewriter {
  readonly coding: ContentCoding;
  count = 0;
  readonly #instead: Buffer | null;

  constructor(coding: ContentCoding, instead: Buffer | null = null) {
    this.coding = coding;
    this.#instead = instead;
  }

  write(bytes: Buffer): Buffer {
    this.count += bytes.length;
    return this.#instead ?? bytes;
  }

  end(): Buffer {
    return Buffer.alloc(0);
  }
}

function doubled(bytes: Buffer): Buffer {
  return Buffer.from([...bytes].flatMap((byte) => [byte, byte]));
}

async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Full again and again. */
class Client implements RewrittenOutput {
  result: Buffer | "failed" | null = null;
  isReady = true;
  isFull = false;
  readonly #parts: Buffer[] = [];
  readonly #fullEvery: number;

  constructor(fullEvery: number) {
    this.#fullEvery = fullEvery;
  }

  bytes(content: Buffer): boolean {
    assert.ok(!this.isFull, "it is full");
    this.#parts.push(Buffer.from(content));
    this.isFull = this.#parts.length % this.#fullEvery === 0;
    return !this.isFull;
  }

  done(): void {
    this.result = Buffer.concat(this.#parts);
  }

  failed(): void {
    this.result = "failed";
  }

  ready(): void {
    this.isReady = true;
  }

  internalError(error: unknown): void {
    assert.fail(String(error));
  }
}

/** Writes the pieces as a member's connection would. */
async function carry(coding: ContentCoding, pieces: readonly Buffer[], fullEvery: number): Promise<Buffer | "failed"> {
  const client = new Client(fullEvery);
  const body = rewrittenBody(new Doubling(coding), client);
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition() && client.result === null) {
      await turn();
      if (!client.isFull) continue;
      client.isFull = false;
      body.resume();
    }
  };
  for (const piece of pieces) {
    const memory = Buffer.from(piece);
    client.isReady = body.write(memory);
    memory.fill(0);
    await until(() => client.isReady);
  }
  // What identity has at its end is written whether the client is full or not, as it fits into one buffer.
  await until(() => !client.isFull);
  body.end();
  await until(() => false);
  body.destroy();
  return client.result ?? "failed";
}

interface Coding {
  readonly coding: ContentCoding;
  readonly encode: (bytes: Buffer) => Buffer;
  readonly decode: (bytes: Buffer) => Buffer;
}

const codings: readonly Coding[] = [
  { coding: "identity", encode: (bytes) => bytes, decode: (bytes) => bytes },
  { coding: "gzip", encode: (bytes) => gzipSync(bytes), decode: (bytes) => gunzipSync(bytes) },
  { coding: "deflate", encode: (bytes) => deflateSync(bytes), decode: (bytes) => inflateSync(bytes) },
  { coding: "deflate", encode: (bytes) => deflateRawSync(bytes), decode: (bytes) => inflateRawSync(bytes) },
  { coding: "br", encode: (bytes) => brotliCompressSync(bytes), decode: (bytes) => brotliDecompressSync(bytes) },
];

const noise = randomBytes(2_000_000);

/** Some are short, some much longer than any buffer in between. */
const contents = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat({ max: 3000 }))
    .map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => Buffer.from(bytes)))),
);

function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return [...pieces, bytes.subarray(at)];
}

describe("a body on its way through the rules", () => {
  for (const { coding, encode, decode } of codings) {
    it(`keeps every byte in ${coding}, however it comes and however full the client is`, async () => {
      await fc.assert(
        fc.asyncProperty(
          contents,
          fc.array(fc.nat({ max: 900 }), { maxLength: 9 }),
          fc.integer({ min: 1, max: 4 }),
          async (content, lengths, fullEvery) => {
            const out = await carry(coding, cut(encode(content), lengths), fullEvery);
            assert.ok(out !== "failed");
            assert.ok(decode(out).equals(doubled(content)));
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  for (const { coding, encode } of codings) {
    it(`in ${coding} waits for a client that takes no more, and holds little`, async () => {
      const rewriter = new Counting(coding);
      const client = new Client(1);
      const body = rewrittenBody(rewriter, client);
      const coded = encode(noise);
      let written = 0;
      for (let waited = 0; waited < 50 && written < coded.length;) {
        if (client.isReady && !(coding === "identity" && client.isFull)) {
          client.isReady = body.write(coded.subarray(written, written + 65_536));
          written += 65_536;
          waited = 0;
        } else {
          await new Promise<void>((resolve) => setTimeout(resolve, 5));
          waited++;
        }
      }
      assert.ok(written < 500_000, `${written} bytes were taken`);
      assert.ok(rewriter.count < 500_000, `${rewriter.count} bytes were rewritten`);
      body.destroy();
    });
  }

  it("that is compressed well is rewritten no faster than it is taken", async () => {
    const client = new Client(1);
    const rewriter = new Counting("gzip", noise.subarray(0, 16_384));
    const body = rewrittenBody(rewriter, client);
    body.write(gzipSync(Buffer.alloc(20_000_000)));
    for (let before = -1, waited = 0; waited < 50; before = rewriter.count) {
      await new Promise<void>((resolve) => setTimeout(resolve, 5));
      waited = rewriter.count === before ? waited + 1 : 0;
    }
    assert.ok(rewriter.count < 500_000, `${rewriter.count} bytes were rewritten`);
    body.destroy();
  });

  it("is not over before the member has sent all of it, though its coding has ended", async () => {
    const client = new Client(1000);
    const body = rewrittenBody(new Doubling("deflate"), client);
    body.write(Buffer.concat([deflateSync("a"), Buffer.from("behind it")]));
    for (let turns = 0; turns < 100; turns++) await turn();
    assert.equal(client.result, null);
    body.write(Buffer.from("more"));
    body.end();
    while (client.result === null) await turn();
    assert.equal(inflateSync(client.result).toString(), "aa");
  });

  it("fails where its coding is broken", async () => {
    const good = gzipSync("what is in it");
    assert.equal(await carry("gzip", [good.subarray(0, 12)], 1), "failed");
    assert.equal(await carry("gzip", [Buffer.from("no gzip")], 1), "failed");
    assert.equal(await carry("br", [Buffer.from("no brotli")], 1), "failed");
    assert.equal(await carry("deflate", [Buffer.from("no deflate")], 1), "failed");
  });

  it("says nothing more once it is not wanted", async () => {
    const said: string[] = [];
    const body = rewrittenBody(new Doubling("gzip"), {
      bytes: () => said.push("bytes") > 0,
      done: () => said.push("done"),
      failed: () => said.push("failed"),
      ready: () => said.push("ready"),
      internalError: () => said.push("error"),
    });
    body.write(gzipSync(Buffer.alloc(1_000_000)));
    body.end();
    body.destroy();
    body.end();
    body.write(Buffer.from("x"));
    for (let turns = 0; turns < 100; turns++) await turn();
    assert.deepEqual(said, []);
  });
});
