import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { literalAlternatives } from "./literal-alternatives.ts";
import { parseEcmascript } from "./parse-ecmascript.ts";

function work(source: string): ReturnType<typeof literalAlternatives> {
  const parsed = parseEcmascript(source);
  assert.ok(parsed.ok);
  return literalAlternatives(parsed.tree.alternatives);
}

describe("alternatives that are plain text", () => {
  for (const [source, ways, steps] of [
    ["owa|ecp|xyz", 1, 6],
    ["ab|ac", 1, 5],
    ["a|A", 2, 4],
    ["a|ab|abc", 3, 9],
    ["|a", 2, 3],
  ] as const) {
    it(`${source}: ${ways} at once, ${steps} steps`, () => assert.deepEqual(work(source), { ways, steps }));
  }
  it("are none where one of them is more", () => assert.equal(work("a|b*"), null));
  it("are none where there is one", () => assert.equal(work("abc"), null));
});
