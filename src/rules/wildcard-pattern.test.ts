import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compileWildcard } from "./wildcard-pattern.ts";

/** The same as a regular expression. */
function asRegExp(source: string, ignoreCase: boolean): RegExp {
  const text = source.replaceAll(/[$()+.[\\\]^{|}]/g, String.raw`\$&`).replaceAll("?", ".");
  return new RegExp(`^${text.replaceAll("*", "(.*)")}$`, ignoreCase ? "is" : "s");
}

describe("wildcards", () => {
  for (const [source, input, captures] of [
    ["owa/*", "owa/auth/logon.aspx", ["auth/logon.aspx"]],
    ["owa/*", "OWA/", [""]],
    ["owa/*", "owa", null],
    ["*", "", [""]],
    ["", "", []],
    ["", "a", null],
    ["*/*.html", "contoso/test.html", ["contoso", "test"]],
    ["*/*", "a/b/c", ["a/b", "c"]],
    ["**", "ab", ["ab", ""]],
    ["a*a", "a", null],
    ["a*a", "aa", [""]],
    ["a?c", "abc", []],
    ["a?c", "ac", null],
    ["*?", "ab", ["a"]],
    ["*a?*", "xaya", ["x", "a"]],
    ["mail.*", "mailx", null],
    ["a*\n?", "ab\n\n", ["b"]],
    ["*İ*", "aİb", ["a", "b"]],
    ["*b", "İİB", ["İİ"]],
    ["ß", "ẞ", null],
    ["*İ", "i̇", null],
  ] as const) {
    const outcome = captures === null ? "does not match" : `captures ${JSON.stringify(captures)}`;
    it(`${JSON.stringify(source)} with ${JSON.stringify(input)} ${outcome}`, () => {
      const wanted = captures === null ? null : [input, ...captures];
      assert.deepEqual(compileWildcard(source, true).match(input), wanted);
      assert.deepEqual(asRegExp(source, true).exec(input)?.slice() ?? null, wanted);
    });
  }

  it("tells upper from lower case where it is asked to", () => {
    assert.equal(compileWildcard("owa/*", false).match("OWA/x"), null);
  });

  it("agrees with a greedy regular expression", () => {
    const text = fc.string({ unit: fc.constantFrom(..."aAbß.İıſKk/\n*?σς".split("")), maxLength: 12 });
    fc.assert(
      fc.property(text, text, fc.boolean(), (source, input, ignoreCase) => {
        const found = compileWildcard(source, ignoreCase).match(input);
        assert.deepEqual(found, asRegExp(source, ignoreCase).exec(input)?.slice() ?? null);
      }),
      { numRuns: 2000 },
    );
  });
});
