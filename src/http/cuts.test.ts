import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Cuts } from "./cuts.ts";

function cutsOf(...ranges: readonly (readonly [number, number])[]): Cuts {
  const cuts = new Cuts();
  for (const [start, end] of ranges) cuts.add(start, end);
  return cuts;
}

describe("cuts", () => {
  const text = "0123456789";
  const cases: readonly (readonly [name: string, ranges: readonly (readonly [number, number])[], copied: string])[] = [
    ["none", [], "0123456789"],
    ["one at the start", [[0, 2]], "23456789"],
    ["one at the end", [[8, 10]], "01234567"],
    [
      "two that touch",
      [
        [2, 4],
        [4, 6],
      ],
      "016789",
    ],
    [
      "two apart",
      [
        [1, 2],
        [5, 9],
      ],
      "02349",
    ],
    ["all", [[0, 10]], ""],
  ];
  for (const [name, ranges, copied] of cases) {
    it(`leave out what they name: ${name}`, () => assert.equal(cutsOf(...ranges).copy(text, 0, text.length), copied));
  }

  it("outside the copied part make no difference", () => {
    assert.equal(cutsOf([0, 2], [4, 5], [7, 9]).copy(text, 3, 7), "356");
    assert.equal(cutsOf([0, 2]).copy(text, 5, 7), "56");
    assert.equal(cutsOf([8, 9]).copy(text, 5, 7), "56");
  });

  it("are forgotten by clear", () => {
    const cuts = cutsOf([0, 5], [6, 7]);
    cuts.clear();
    cuts.add(1, 2);
    assert.equal(cuts.copy(text, 0, text.length), "023456789");
  });

  it("by name join those that are there, in order, each line once", () => {
    const lines = ["A: 1\r\n", "B: 2\r\n", "a: 3\r\n", "AB: 4\r\n", "C: 5\r\n"];
    const head = `${lines.join("")}\r\n`;
    const cuts = cutsOf([6, 12], [12, 18]);
    cuts.addNamed(head, 0, ["a", "c", "x"]);
    assert.equal(cuts.copy(head, 0, head.length), "AB: 4\r\n\r\n");
    cuts.addNamed(head, 0, ["a", "c", "x"]);
    assert.equal(cuts.copy(head, 0, head.length), "AB: 4\r\n\r\n");
  });
});
