import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileExact } from "./exact-pattern.ts";

describe("exact patterns", () => {
  for (const [source, input, ignoreCase, matches] of [
    ["owa/", "OWA/", true, true],
    ["owa/", "OWA/", false, false],
    ["owa/", "owa/", false, true],
    ["owa", "owa/", true, false],
    ["a*", "ab", true, false],
    ["é", "É", true, true],
    ["k", "\u212a", true, false],
    ["i̇", "İ", true, false],
  ] as const) {
    const how = ignoreCase ? "whatever the case" : "in the same case";
    it(`"${source}" ${matches ? "is" : "is not"} "${input}" ${how}`, () => {
      assert.deepEqual(compileExact(source, ignoreCase).match(input), matches ? [input] : null);
    });
  }
});
