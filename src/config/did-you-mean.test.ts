import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { closest } from "./did-you-mean.ts";

const keys = ["every", "whileFailing", "timeout", "fall", "rise", "expect", "path"];

describe("did you mean", () => {
  for (const [word, meant] of [
    ["evry", "every"],
    ["evrey", "every"],
    ["Timeout", "timeout"],
    ["while-failing", "whileFailing"],
    ["exp", "expect"],
    ["interval", null],
    ["x", null],
  ] as const) {
    it(`${word}: ${meant ?? "nothing is near"}`, () => assert.equal(closest(word, keys), meant));
  }

  it("takes its time within bounds", () => assert.equal(closest("x".repeat(1_000_000), keys), null));
});
