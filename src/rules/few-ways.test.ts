import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isQuick } from "./backtracking-work.ts";
import { countSteps } from "./counting-matcher.fixture.ts";
import { hasFewWays } from "./few-ways.ts";
import { parseEcmascript } from "./parse-ecmascript.ts";

function judged(source: string, judge: typeof hasFewWays | typeof isQuick): boolean {
  const parsed = parseEcmascript(source);
  return parsed.ok && judge(parsed.tree, false);
}

describe("patterns with few ways", () => {
  for (const source of [
    "^([^/]+)/([^/]+)/(.*)$",
    "^(?!api/)([^/]+)/([^/]+)/(.*)$",
    String.raw`^(\w+)/\1/(.*)$`,
    "^(?:a|b)*c",
    "^(?!.*[.][.])([^/]+)/(.*)$",
  ]) {
    it(`"${source}" is one`, () => assert.ok(judged(source, hasFewWays)));
  }
  for (const source of [
    "(.*)foo",
    "[^/]+/",
    "^(.*)/(.*)$",
    "^(a+)+$",
    "^(?:(?=.*x)a)*b*c",
    "(?<=a.*)b",
    "^(a*)\\1*b",
    "(?=a*a*b)c",
    "^(?:a?){30}b*$",
    "a(?:|){30}$|b*c",
    "(?:)*a*b",
  ]) {
    it(`"${source}" is none`, () => assert.ok(!judged(source, hasFewWays)));
  }

  it("take no more steps than the input has units, times a constant", () => {
    const atom = fc.constantFrom(
      "a",
      "b",
      "[ab]",
      "[^a]",
      ".",
      "(?:a|b)",
      "(a|ab)",
      "(?:ab)",
      "(?:a*b)",
      "(?:|a)",
      "(?:b?a)",
    );
    const count = fc.constantFrom("", "", "*", "+", "?", "{2}", "{0,3}", "*?");
    const part = fc.tuple(atom, count).map((parts) => parts.join(""));
    const sequence = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
    const source = fc
      .tuple(fc.constantFrom("^", "^", ""), sequence, fc.constantFrom("$", "c", ""))
      .map((parts) => parts.join(""));
    let trusted = 0;
    fc.assert(
      fc.property(source, fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 3 }), (text, word) => {
        if (!judged(text, isQuick) && !judged(text, hasFewWays)) return;
        trusted += 1;
        for (const rest of ["", "\n", "ab!"]) {
          const input = word.repeat(200 / word.length) + rest;
          assert.ok(countSteps(text, false, input) < 2000 * (input.length + 1), input);
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(trusted > 200);
  });
});
