import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { caseVariants, foldCase } from "./case-fold.ts";

const all = Array.from({ length: 0x1_00_00 }, (_, unit) => String.fromCharCode(unit)).join("");

describe("case folding", () => {
  it("keeps the length of any text", () => assert.equal(foldCase(all).length, all.length));

  it("is what a regular expression does that ignores case", () => {
    const folded = foldCase(all);
    for (let unit = 0; unit < all.length; unit += 1) {
      // All that have a relative, and each 211th of the others: a search of all for each takes too long.
      if (caseVariants(unit).length === 1 && unit % 211 !== 0) continue;
      const alike = new RegExp(`\\u${unit.toString(16).padStart(4, "0")}`, "gi");
      const found = (all.match(alike) ?? []).map((character) => character.charCodeAt(0));
      assert.deepEqual(
        found,
        [...caseVariants(unit)].toSorted((one, other) => one - other),
      );
      assert.ok(found.every((other) => folded[other] === folded[unit]));
    }
  });

  it("knows no relative between ASCII and other characters", () => {
    assert.deepEqual(caseVariants("k".charCodeAt(0)), ["K".charCodeAt(0), "k".charCodeAt(0)]);
  });
});
