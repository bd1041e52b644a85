import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { BodyFramer } from "./body-framer.ts";
import { framing, type Framing } from "./framing.ts";

interface Outcome {
  /** Bytes that belong to the body; -1 = refused. */
  readonly end: number;
  readonly done: boolean;
  readonly content: string;
}

function scanned(pieces: readonly Buffer[], kind: Framing, length: number): Outcome {
  const framer = new BodyFramer();
  framer.start(kind, length);
  let end = 0;
  let content = "";
  for (const piece of pieces) {
    const ranges: number[] = [];
    framer.chunked.ranges = kind === framing.chunked ? ranges : null;
    const taken = framer.scan(piece, 0);
    if (taken === -1) return { end: -1, done: false, content: "" };
    if (kind !== framing.chunked) ranges.push(0, taken);
    for (let at = 0; at < ranges.length; at += 2) content += piece.toString("latin1", ranges[at], ranges[at + 1]);
    end += taken;
    if (taken < piece.length) break;
  }
  return { end, done: framer.done, content };
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((one, other) => one - other);
  const ends = [...places, bytes.length];
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

const anyCuts = fc.array(fc.nat(), { maxLength: 20 });
const anyBytes = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const tokens = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}$/);
const quoted = fc.stringMatching(/^[\t !#-[\]-~]{0,8}$/).map((text) => `"${text}"`);
const anyExtension = fc
  .tuple(tokens, fc.option(fc.oneof(tokens, quoted)))
  .map(([name, value]) => (value === null ? `;${name}` : `;${name}=${value}`));
const anyTrailer = fc
  .tuple(tokens, fc.stringMatching(/^[!-~\x80-\xff\t ]{0,12}$/))
  .map((field) => `x${field.join(":")}`);

/** A chunked body and its content. */
const anyChunked = fc
  .record({
    chunks: fc.array(
      fc.tuple(
        anyBytes.filter((bytes) => bytes.length > 0),
        fc.array(anyExtension, { maxLength: 2 }),
        fc.nat(5),
      ),
    ),
    trailers: fc.array(anyTrailer, { maxLength: 3 }),
  })
  .map(({ chunks, trailers }) => {
    const pieces = chunks.map(([bytes, extensions, zeros]) => {
      const size = "0".repeat(zeros) + bytes.length.toString(16);
      return `${size}${extensions.join("")}\r\n${bytes.toString("latin1")}\r\n`;
    });
    const body = `${pieces.join("")}0\r\n${trailers.map((trailer) => `${trailer}\r\n`).join("")}\r\n`;
    return {
      bytes: Buffer.from(body, "latin1"),
      content: chunks.map(([bytes]) => bytes.toString("latin1")).join(""),
    };
  });

describe("the end of a body", () => {
  it("is found in a chunked body however it is split, with the bytes of the next request behind it", () => {
    fc.assert(
      fc.property(anyChunked, anyBytes, anyCuts, ({ bytes, content }, next, cuts) => {
        const pieces = split(Buffer.concat([bytes, next]), cuts);
        assert.deepEqual(scanned(pieces, framing.chunked, 0), { end: bytes.length, done: true, content });
      }),
    );
  });

  it("is found by a length however the bytes are split", () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, anyCuts, (body, next, cuts) => {
        const pieces = split(Buffer.concat([body, next]), cuts);
        const wanted = { end: body.length, done: true, content: body.toString("latin1") };
        assert.deepEqual(scanned(pieces, framing.length, body.length), wanted);
      }),
    );
  });

  it("does not come before the last byte", () => {
    fc.assert(
      fc.property(anyChunked, anyCuts, fc.nat(), ({ bytes }, cuts, cut) => {
        const short = bytes.subarray(0, cut % bytes.length);
        const { end, done } = scanned(split(short, cuts), framing.chunked, 0);
        assert.deepEqual([end, done], [short.length, false]);
      }),
    );
  });

  it("is the same, and a refusal stays one, for a damaged chunked body however it is split", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...Array.from('\r\n;"\\ \t:0f\x00\x7f\xff'))), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(anyChunked, damage, anyCuts, ({ bytes }, places, cuts) => {
        const damaged = Buffer.from(bytes);
        for (const [place, character] of places) damaged.write(character, place % damaged.length, "latin1");
        const whole = scanned([damaged], framing.chunked, 0);
        assert.deepEqual(scanned(split(damaged, cuts), framing.chunked, 0), whole);
        assert.ok(whole.end <= damaged.length);
      }),
      { numRuns: 500 },
    );
  });

  it("survives any bytes as a chunked body", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), anyCuts, (bytes, cuts) => {
        const body = Buffer.from(bytes);
        assert.deepEqual(scanned(split(body, cuts), framing.chunked, 0), scanned([body], framing.chunked, 0));
      }),
    );
  });

  it("is the connection's end where nothing else says so", () => {
    const framer = new BodyFramer();
    framer.start(framing.untilClose, 0);
    assert.equal(framer.scan(Buffer.alloc(1000), 10), 1000);
    assert.equal(framer.done, false);
  });

  it("is there at once without a body", () => {
    const framer = new BodyFramer();
    for (const [kind, length] of [
      [framing.none, 0],
      [framing.none, 5],
      [framing.length, 0],
    ] as const) {
      framer.start(kind, length);
      assert.equal(framer.done, true);
      assert.equal(framer.scan(Buffer.from("next"), 1), 1);
    }
  });

  it("is counted beyond 4 GiB", () => {
    const framer = new BodyFramer();
    framer.start(framing.length, Number.MAX_SAFE_INTEGER);
    const piece = Buffer.alloc(1 << 20);
    for (let count = 0; count < 5000; count++) assert.equal(framer.scan(piece, 0), piece.length);
    assert.equal(framer.done, false);
  });

  it("does not depend on the message before", () => {
    const framer = new BodyFramer();
    framer.start(framing.length, 10);
    framer.scan(Buffer.from("abc"), 0);
    framer.start(framing.chunked, 0);
    framer.scan(Buffer.from("5\r\nab"), 0);
    framer.start(framing.chunked, 0);
    const last = Buffer.from("1\r\na\r\n0\r\n\r\n");
    assert.equal(framer.scan(last, 0), last.length);
    assert.equal(framer.done, true);
    framer.start(framing.length, 2);
    assert.equal(framer.scan(Buffer.from("abc"), 0), 2);
    assert.equal(framer.done, true);
  });
});
