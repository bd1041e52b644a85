import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countSteps } from "./counting-matcher.fixture.ts";
import { explosion, explosionText } from "./explosion.ts";

describe("patterns that a backtracking engine would take for ever with", () => {
  for (const [source, part, position] of [
    ["^(a+)+$", "(a+)+", 1],
    ["^(a|a)*$", "(a|a)*", 1],
    ["(a*)*b", "(a*)*", 0],
    ["^(?:ab|a|b)*c", "(?:ab|a|b)*", 1],
    ["^((ab)+)+$", "((ab)+)+", 1],
    ["^owa/([a-z]+)*/x$", "([a-z]+)*", 5],
    [String.raw`^(\w+\s?)*$`, String.raw`(\w+\s?)*`, 1],
    ["^(a*b*)*$", "(a*b*)*", 1],
    ["x(y+y+)+z", "(y+y+)+", 1],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", "(([a-z])+.)+", 1],
    [String.raw`^([^@]|\w)+@`, String.raw`([^@]|\w)+`, 1],
  ] as const) {
    it(`"${source}" for ${part}, and each round more doubles the steps`, () => {
      const found = explosion(source, true);
      assert.ok(found !== null);
      assert.deepEqual([found.part, found.position], [part, position]);
      const steps = [4, 6, 8].map((times) =>
        countSteps(source, true, found.before + found.repeated.repeat(times) + found.behind),
      );
      const [few = 0, more = 0, many = 0] = steps;
      assert.ok(more >= few * 3 && many >= more * 3, `${explosionText(found, 30)}: ${steps.join(", ")}`);
    });
  }

  for (const source of [
    "(a+)+",
    "^owa(/.*)?$",
    "(.*)foo",
    "^(.*)/(.*)/(.*)$",
    "^(?:ab)*$",
    "(a|b)*c",
    "(",
    "(a)\\1",
    "",
  ]) {
    it(`"${source}" is not one of them`, () => assert.equal(explosion(source, true), null));
  }

  it("tells an input in words", () => {
    const found = explosion("^x(a+)+$", true);
    assert.ok(found !== null);
    assert.equal(explosionText(found, 30), '"xa", then "a" 30 times, then "!"');
  });
});
