import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compilePattern } from "./pattern.ts";

describe("patterns that are refused", () => {
  for (const [source, fault] of [
    [
      String.raw`^(a+)+\1$`,
      String.raw`(a+)+ at character 2 can be gone through in too many ways, as with "a", then "a" 30 times, then "!"; do without \1 at character 7`,
    ],
    [
      "(?=(a+)+b)c",
      '(a+)+ at character 4 can be gone through in too many ways, as with "a", then "a" 30 times, then "!"; write a condition in the place of (?=(a+)+b) at character 1',
    ],
    [
      "^[a-z]*/(?!.*x).*[0-9]*y$",
      '[0-9]* at character 18 can take time with the square of the input, as with "0" 30000 times, then "!"; write a negated condition in the place of (?!.*x) at character 9',
    ],
    ["x{1,5000}y+z", "x{1,5000} at character 1 repeats too often; write a smaller count, or * or +"],
    ["a(b", "unterminated group at character 4"],
    ["a)", "unmatched ')' at character 2"],
    [
      "(?i)owa",
      '(?i) at character 1 means something in .NET alone; leave it out: rules ignore case unless "ignoreCase" says otherwise',
    ],
    [`${"(".repeat(300)}${")".repeat(300)}`, "groups are nested more than 200 deep"],
    ["a".repeat(20_000), "the pattern is longer than 16384 characters"],
  ] as const) {
    it(`${source.slice(0, 40)}: ${fault}`, () =>
      assert.deepEqual(compilePattern(source, "ecmascript", true), { ok: false, fault }));
  }
});
