import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { painter, table } from "./terminal.ts";

describe("a table", () => {
  it("aligns its columns, colours or not, and ends no line with spaces", () => {
    const paint = painter({ isTTY: true }, {});
    assert.equal(table([["a", "bb", "c"], ["dddd", "e", ""], ["f"]]), "a     bb  c\ndddd  e\nf");
    assert.equal(
      table([
        [paint("bad", "a"), "b"],
        ["cc", "d"],
      ]),
      "\u001B[31ma\u001B[39m   b\ncc  d",
    );
  });
});

describe("colours", () => {
  for (const [title, output, env] of [
    ["a pipe", {}, {}],
    ["NO_COLOR", { isTTY: true }, { NO_COLOR: "1" }],
    ["a dumb terminal", { isTTY: true }, { TERM: "dumb" }],
  ] as const) {
    it(`are left out for ${title}`, () => assert.equal(painter(output, env)("bad", "x"), "x"));
  }
});
