import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { finds, limited, pieceLengths, rewriteInPieces, rewriterFor } from "./rules.fixture.ts";
import { Utf8Text } from "./utf8-text.ts";

/** Bytes of which many are nearly UTF-8. */
const bytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        0x41,
        0x78,
        0xc3,
        0xa9,
        0xe2,
        0x82,
        0xac,
        0xf0,
        0x9f,
        0x98,
        0x80,
        0xed,
        0xa0,
        0xff,
        0xc0,
        0xf4,
        0x90,
      ),
      fc.nat({ max: 255 }),
    ),
    { maxLength: 60 },
  )
  .map((values) => Buffer.from(values));

describe("UTF-8 and what is none", () => {
  it("comes out as it went in, to the byte, however it was cut", () => {
    const rule = limited("nothing that is there", "x", 21);
    fc.assert(
      fc.property(bytes, pieceLengths, (body, lengths) => {
        assert.deepEqual(rewriteInPieces(rewriterFor([rule]), body, lengths), body);
      }),
      { numRuns: 2000 },
    );
  });

  it("is changed only where the rule has found something", () => {
    const rule = { ...limited("A", "é", 1), find: finds("A", "g") };
    fc.assert(
      fc.property(bytes, pieceLengths, (body, lengths) => {
        const expected = Buffer.from(body.toString("latin1").replaceAll("A", "\xc3\xa9"), "latin1");
        assert.deepEqual(rewriteInPieces(rewriterFor([rule]), body, lengths), expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("is characters for a pattern, not bytes", () => {
    const text = new Utf8Text();
    assert.equal(text.decode(Buffer.from("é€😀")), "é€😀");
    assert.equal(text.decode(Buffer.of(0xe9, 0x41)), "\udce9A");
  });

  it("puts what a rule has captured back as the byte that it was", () => {
    const rule = limited("(A.)", "<$1>", 2);
    const body = Buffer.of(0x41, 0xe9, 0x42);
    assert.equal(rewriteInPieces(rewriterFor([rule]), body).toString("latin1"), "<A\xe9>B");
  });

  it("keeps a byte order mark", () => {
    const body = Buffer.from("\ufeffab");
    assert.equal(rewriteInPieces(rewriterFor([limited("b", "c", 1)]), body).toString(), "\ufeffac");
  });

  it("writes half a character, which a rule has left, as U+FFFD", () => {
    const text = new Utf8Text();
    assert.equal(Buffer.concat([text.encode("a\ud83d"), text.encode("b"), text.encodeEnd()]).toString(), "a\ufffdb");
    assert.equal(Buffer.concat([text.encode("a\ud83d"), text.encodeEnd()]).toString(), "a\ufffd");
    assert.equal(Buffer.concat([text.encode("\ud83d"), text.encode("\ude00"), text.encodeEnd()]).toString(), "😀");
  });
});
