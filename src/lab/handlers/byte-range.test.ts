import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseByteRange } from "./byte-range.ts";

describe("parseByteRange", () => {
  const cases = [
    ["bytes=0-9", { first: 0, last: 9 }],
    ["bytes=90-", { first: 90, last: 99 }],
    ["bytes=-10", { first: 90, last: 99 }],
    ["bytes=-1000", { first: 0, last: 99 }],
    ["bytes=50-1000", { first: 50, last: 99 }],
    ["bytes=100-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-2", "unsatisfiable"],
    ["bytes=0-1,5-6", null],
    ["bytes=-", null],
    [undefined, null],
  ] as const;
  for (const [field, expected] of cases)
    it(`reads ${field ?? "no range"} of 100 bytes`, () => assert.deepEqual(parseByteRange(field, 100), expected));
});
