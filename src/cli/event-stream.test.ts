import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { EventStreamParser, type StreamEvent } from "./event-stream.ts";

function parse(...pieces: readonly string[]): { events: StreamEvent[]; lastId: string } {
  const parser = new EventStreamParser();
  const events = pieces.flatMap((piece) => parser.push(piece));
  return { events, lastId: parser.lastId };
}

const one = (event: string, data: string): StreamEvent => ({ event, data });

describe("EventStreamParser", () => {
  // The first ones are those of the standard.
  for (const [title, text, events, lastId] of [
    ["data on two lines", "data: YHOO\ndata: +2\ndata: 10\n\n", [one("message", "YHOO\n+2\n10")], ""],
    [
      "comments, ids and no space",
      ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
      [one("message", "first event"), one("message", "second event"), one("message", " third event")],
      "",
    ],
    [
      "empty data, and an end in the middle",
      "data\n\ndata\ndata\n\ndata:",
      [one("message", ""), one("message", "\n")],
      "",
    ],
    ["a space or none", "data:test\n\ndata: test\n\n", [one("message", "test"), one("message", "test")], ""],
    ["a name, for one event", "event: farm\ndata: 1\n\ndata: 2\n\n", [one("farm", "1"), one("message", "2")], ""],
    ["an id alone", "retry: 2000\nid: a-4\n\n", [], "a-4"],
    ["an id that stays", "id: 4\ndata: 1\n\ndata: 2\n\n", [one("message", "1"), one("message", "2")], "4"],
    ["an id that is not complete", "id: 4\ndata: 1\n\nid: 5\n", [one("message", "1")], "4"],
    ["an id with NUL", "id: 4\n\nid: 5\0\n\n", [], "4"],
    ["colons in data", "data: a: b:c\n\n", [one("message", "a: b:c")], ""],
    ["unknown fields", "datas: 1\nDATA: 2\n:data: 3\ndata: 4\n\n", [one("message", "4")], ""],
    ["line separators that are none", "data: a\u2028b\u0085\u000B\n\n", [one("message", "a\u2028b\u0085\u000B")], ""],
  ] as const) {
    it(`reads ${title}`, () => assert.deepEqual(parse(text), { events, lastId }));
  }

  it("reads the same in any pieces, whatever ends its lines", () => {
    const lines = ["retry: 1", "id: 7", "", "event: farm", "data: a", "data: b", "id: 8", "", ":", "", "data", "", ""];
    const expected = { events: [one("farm", "a\nb"), one("message", "")], lastId: "8" };
    const ends = fc.array(fc.constantFrom("\n", "\r", "\r\n"), { minLength: lines.length, maxLength: lines.length });
    fc.assert(
      fc.property(ends, fc.array(fc.nat(100)), (endings, cuts) => {
        // Mixed, a CR and the LF of an empty line after it would be one.
        const mixed = !endings.includes("\n");
        const text = lines.map((line, index) => line + (mixed ? endings[index] : "\n")).join("");
        const at = [0, ...cuts.map((cut) => cut % text.length).toSorted((a, b) => a - b), text.length];
        assert.deepEqual(parse(...at.slice(1).map((end, index) => text.slice(at[index], end))), expected);
      }),
    );
  });

  it("holds no event that never ends", () => {
    const parser = new EventStreamParser();
    assert.throws(() => {
      for (let count = 0; count < 2000; count++) parser.push(`data: ${"x".repeat(1000)}\n`);
    }, /too long/);
    assert.throws(() => {
      const other = new EventStreamParser();
      for (let count = 0; count < 2000; count++) other.push("x".repeat(1000));
    }, /too long/);
  });
});
