import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeText, literalRulePath, pathOf, queryOf, rulePath } from "./rule-path.ts";

/** As most servers read it, and as those do that resolve nothing. null = it is refused. */
const cases: readonly (readonly [path: string, resolved: string | null, literal: string | null])[] = [
  ["/", "", ""],
  ["*", "", ""],
  ["/owa/Auth", "owa/Auth", "owa/Auth"],
  ["/a%20b/%41", "a b/A", "a b/A"],
  ["/a%2Fb%2e%5C", "a/b./", "a%2Fb%2e%5C"],
  ["/a%252Fb", "a%2Fb", "a%2Fb"],
  ["/%2525", "%25", "%25"],
  ["/a//b/", "a/b/", "a//b/"],
  ["//a", "a", "/a"],
  ["/a/./b", "a/b", "a/./b"],
  ["/a/../b", "b", "a/../b"],
  ["/../../a", "a", "../../a"],
  ["/a/..", "", "a/.."],
  ["/a/b/..", "a/", "a/b/.."],
  ["/a/.", "a/", "a/."],
  ["/a\\b\\..", "a/", "a\\b\\.."],
  ["/%2e%2e/a", "a", "%2e%2e/a"],
  ["/...", "...", "..."],
  ["/a.", "a.", "a."],
  ["/\xc3\x89", "É", "É"],
  ["/%C3%89", "É", "É"],
  ["/%C9", "\xc9", "\xc9"],
  ["/%C0%AF", "\xc0\xaf", "\xc0\xaf"],
  ["/%ED%A0%80", "\xed\xa0\x80", "\xed\xa0\x80"],
  ["/%F0%9F%98%80", "\u{1f600}", "\u{1f600}"],
  ["/%", null, null],
  ["/%4", null, null],
  ["/%zz", null, null],
  ["/%u00e9", null, null],
  ["/%00", null, null],
  ["/a%0d%0ab", null, null],
  ["/%1F", null, null],
  ["/%7f", null, null],
  ["/%80", "\x80", "\x80"],
];

describe("a path as rules compare it", () => {
  for (const [path, resolved, literal] of cases) {
    it(`${path} is ${JSON.stringify(resolved)}, read literally ${JSON.stringify(literal)}`, () => {
      assert.equal(rulePath(path), resolved);
      assert.equal(literalRulePath(path), literal);
    });
  }

  it("is the same where nothing is to be resolved", () => {
    const plain = fc
      .array(fc.constantFrom("a", "b/", "%41", "%C3%A9", "%25", "é", ".a", "~"))
      .map((all) => all.join(""));
    fc.assert(
      fc.property(plain, (text) => {
        const path = `/${text.replaceAll(/\/+$/g, "")}`;
        if (!path.includes("/.")) assert.equal(rulePath(path), literalRulePath(path));
      }),
    );
  });

  it("has no empty and no dot segments, nor any control character", () => {
    const pieces = fc.constantFrom("a", "/", "\\", ".", "..", "%2f", "%2E", "%5c", "%25", "%0a", "%00", "é");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const path = rulePath(`/${parts.join("")}`);
        if (path === null) return;
        assert.doesNotMatch(path, /^\/|\/\/|(?:^|\/)\.\.?(?:\/|$)|\\/);
        // oxlint-disable-next-line no-control-regex -- They are what is looked for.
        assert.doesNotMatch(path, /[\0-\x1f\x7f]/);
      }),
    );
  });
});

describe("a target", () => {
  it("is a path and a query, which begins at the first ?", () => {
    const halves = ["/a?b?c", "/a?", "/a", "*", "/?"].map((text) => [pathOf(text), queryOf(text)]);
    assert.deepEqual(halves, [
      ["/a", "b?c"],
      ["/a", ""],
      ["/a", ""],
      ["*", ""],
      ["/", ""],
    ]);
  });
});

describe("escapes", () => {
  it("are UTF-8 where they can be, else latin1, and stay where they are none", () => {
    assert.equal(decodeText("%C3%A9%E9%E2%82%AC%zz%4%"), "éé€%zz%4%");
  });
});
