import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { HeadCollector } from "./head-collector.ts";

const head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

describe("a head", () => {
  it("is the same, with the same rest, however it is split", () => {
    const characters = fc.constantFrom("\r", "\n", "\r\n", "a", ":", " ", "\xff");
    const lines = fc.array(
      fc.stringMatching(/^[a\xff]{1,5}$/).map((line) => `${line}\r\n`),
      { minLength: 1, maxLength: 2000 },
    );
    const rests = fc.array(characters).map((rest) => rest.join(""));
    fc.assert(
      fc.property(lines, rests, fc.array(fc.nat(), { maxLength: 10 }), (texts, rest, cuts) => {
        const text = `${texts.join("")}\r\n`;
        const bytes = Buffer.from(text + rest, "latin1");
        const ends = [...new Set(cuts.map((cut) => cut % bytes.length))].toSorted((one, other) => one - other);
        const collector = new HeadCollector();
        let at = 0;
        for (const end of [...ends, bytes.length]) {
          const complete = collector.add(bytes.subarray(at, end));
          assert.equal(complete, end >= text.length);
          if (complete) {
            assert.equal(collector.text, text);
            assert.equal(collector.rest.toString("latin1"), rest.slice(0, end - text.length));
            assert.deepEqual([collector.length, collector.malformed], [0, false]);
            return;
          }
          assert.deepEqual([collector.length, collector.malformed], [end, false]);
          at = end;
        }
      }),
    );
  });

  it("never comes once a line has ended with a bare LF, and that is known at once", () => {
    for (const text of ["\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: a\n", "a\r\n\n", "a\n\r"]) {
      const whole = new HeadCollector();
      assert.equal(whole.add(Buffer.from(text)), false);
      assert.equal(whole.malformed, true);
      const split = new HeadCollector();
      for (const character of text) assert.equal(split.add(Buffer.from(character)), false);
      assert.equal(split.malformed, true);
    }
  });

  it("is not malformed while a CR waits for its LF", () => {
    const collector = new HeadCollector();
    for (const character of head.slice(0, -1)) collector.add(Buffer.from(character));
    assert.deepEqual([collector.length, collector.malformed], [head.length - 1, false]);
  });

  it("shows how it begins", () => {
    const collector = new HeadCollector();
    assert.equal(collector.begin, "");
    for (const character of "\x16\x03\x01GET /") collector.add(Buffer.from(character, "latin1"));
    assert.equal(collector.begin, "\x16\x03\x01GET /");
    collector.add(Buffer.from("abcdef"));
    assert.equal(collector.begin, "\x16\x03\x01GET /a");
  });

  it("leaves nothing for the next one", () => {
    const collector = new HeadCollector();
    collector.add(Buffer.from("a\nb"));
    collector.clear();
    assert.deepEqual(
      [collector.length, collector.malformed, collector.rest.length, collector.begin],
      [0, false, 0, ""],
    );
    collector.add(Buffer.from(head.slice(0, 5)));
    assert.equal(collector.add(Buffer.from(head.slice(5))), true);
    assert.equal(collector.text, head);
    assert.equal(collector.add(Buffer.from(`${head}rest`)), true);
    assert.deepEqual([collector.text, collector.rest.toString()], [head, "rest"]);
  });

  it("that trickles costs time in proportion to its length", () => {
    const collector = new HeadCollector();
    const start = performance.now();
    const piece = Buffer.from("a");
    for (let count = 0; count < 256 * 1024; count++) collector.add(piece);
    assert.equal(collector.add(Buffer.from("\r\n\r\n")), true);
    assert.equal(collector.text.length, 256 * 1024 + 4);
    assert.ok(performance.now() - start < 5_000);
  });
});
