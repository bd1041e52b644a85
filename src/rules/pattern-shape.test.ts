import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { literalHost, longestMatch, matchesAll, pathKey } from "./pattern-shape.ts";

describe("the path that a pattern is bound to", () => {
  for (const [source, syntax, key] of [
    ["^owa(/.*)?$", "ecmascript", "owa"],
    ["^owa/", "ecmascript", "owa"],
    ["^owa", "ecmascript", null],
    ["^OWA$", "ecmascript", "owa"],
    ["owa/", "ecmascript", null],
    [String.raw`^ews/exchange\.asmx$`, "ecmascript", "ews/exchange.asmx"],
    ["^ews/exchange.asmx$", "ecmascript", "ews"],
    ["^(owa)(/.*)?$", "ecmascript", "owa"],
    ["^(owa/(.*))$", "ecmascript", "owa"],
    ["^microsoft-server-activesync(/.*)?$", "ecmascript", "microsoft-server-activesync"],
    ["^(?:owa|ecp)/", "ecmascript", null],
    ["^owa/|^ecp/", "ecmascript", null],
    ["^owa(?:/(?:a|b)|$)", "ecmascript", "owa"],
    ["^owa(?=/|$)", "ecmascript", "owa"],
    ["^owa(?!/)", "ecmascript", null],
    ["^owa/?", "ecmascript", null],
    ["^owa/?$", "ecmascript", "owa"],
    ["^owas?/", "ecmascript", null],
    ["^owa/auth", "ecmascript", "owa"],
    [String.raw`^owa\/auth\/`, "ecmascript", "owa/auth"],
    ["^é/a/", "ecmascript", null],
    ["^a/é/", "ecmascript", "a"],
    ["^$", "ecmascript", ""],
    ["^", "ecmascript", null],
    ["(", "ecmascript", null],
    ["owa/*", "wildcard", "owa"],
    ["owa*", "wildcard", null],
    ["owa/?*", "wildcard", "owa"],
    ["*", "wildcard", null],
    ["", "wildcard", ""],
    ["Owa/Auth", "wildcard", "owa/auth"],
    ["a/b", "exact", "a/b"],
    ["a/b/", "exact", "a/b"],
    ["a*", "exact", "a*"],
    ["", "exact", ""],
  ] as const) {
    it(`${syntax} "${source}": ${key === null ? "none" : `"${key}"`}`, () =>
      assert.equal(pathKey(source, syntax), key));
  }
});

describe("patterns that match everything", () => {
  for (const source of [".*", "(.*)", "^(.*)$", "^.*$", "^", "$", "", "a*", "^(.*)", "^[^]*$", "^()(.*?)$", "x|.*"]) {
    it(`"${source}" does`, () => assert.ok(matchesAll(source, "ecmascript")));
  }
  for (const source of [".", ".+", "^$", "^a*$", "^[^/]*$", "$^", "(?=a)", String.raw`\b`, "^(a|.*)b$", "("]) {
    it(`"${source}" may not`, () => assert.ok(!matchesAll(source, "ecmascript")));
  }
  it("* does as a wildcard", () => assert.ok(matchesAll("*", "wildcard") && matchesAll("**", "wildcard")));
  it("*a, ? and nothing do not as wildcards", () =>
    assert.ok(!["*a", "?", ""].some((source) => matchesAll(source, "wildcard"))));
  it("none does that is exact", () => assert.ok(!matchesAll("", "exact") && !matchesAll("*", "exact")));
});

describe("patterns for the Host header", () => {
  for (const [source, syntax, host, form] of [
    [String.raw`^mail\.example\.com$`, "ecmascript", "mail.example.com", "exact"],
    [String.raw`^(mail\.Example\.com)$`, "ecmascript", "mail.example.com", "exact"],
    [String.raw`^mail\.example\.com(:\d+)?$`, "ecmascript", "mail.example.com", "any-port"],
    [String.raw`^mail\.example\.com(?::[0-9]{1,5})?$`, "ecmascript", "mail.example.com", "any-port"],
    [String.raw`^mail\.`, "ecmascript", "mail.", "prefix"],
    [String.raw`^mail\..*`, "ecmascript", "mail.", "prefix"],
    [String.raw`^mail\.(.*)$`, "ecmascript", "mail.", "prefix"],
    ["mail.*", "wildcard", "mail.", "prefix"],
    ["mail.example.com", "wildcard", "mail.example.com", "exact"],
    ["Mail.example.com", "exact", "mail.example.com", "exact"],
  ] as const) {
    it(`${syntax} "${source}": ${form} ${host}`, () => assert.deepEqual(literalHost(source, syntax), { host, form }));
  }
  for (const [source, syntax] of [
    ["^mail.example.com$", "ecmascript"],
    [String.raw`mail\.example\.com`, "ecmascript"],
    [String.raw`^mail\.example\.com:443$`, "ecmascript"],
    [String.raw`^mail\.example\.com(:\d+)$`, "ecmascript"],
    [String.raw`^mail\.example\.com(:\d{4})?$`, "ecmascript"],
    [String.raw`^(mail|autodiscover)\.example\.com$`, "ecmascript"],
    [String.raw`^mail\.(.+)$`, "ecmascript"],
    ["^$", "ecmascript"],
    ["*.example.com", "wildcard"],
    ["mail.*.com", "wildcard"],
    ["*", "wildcard"],
    ["mail.example.com:*", "wildcard"],
    ["mail?example.com", "wildcard"],
  ] as const) {
    it(`${syntax} "${source}" is more than a name`, () => assert.equal(literalHost(source, syntax), null));
  }
});

describe("what a match spans at most", () => {
  for (const [source, syntax, span] of [
    ["abc", "exact", 3],
    ["a?c", "wildcard", 3],
    ["a*c", "wildcard", "any"],
    ["abc|de", "ecmascript", 3],
    ["a{2,5}[bc]?", "ecmascript", 6],
    ["(?:ab){3}", "ecmascript", 6],
    ["", "ecmascript", 0],
    [String.raw`^\b$`, "ecmascript", 0],
    ["(?:)*", "ecmascript", 0],
    ["http://([^/]*)/", "ecmascript", "any"],
    [String.raw`http://([^/\n]*)/`, "ecmascript", "line"],
    ['href="(.*)"', "ecmascript", "line"],
    [String.raw`a\n.*`, "ecmascript", "any"],
    ["[^]*", "ecmascript", "any"],
    [String.raw`\s+`, "ecmascript", "any"],
    ["a(?=bc)", "ecmascript", 3],
    ["a(?!.*b)", "ecmascript", "line"],
    [String.raw`(a)\1`, "ecmascript", "any"],
    ["(", "ecmascript", "any"],
  ] as const) {
    it(`${syntax} ${JSON.stringify(source)}: ${span}`, () => assert.equal(longestMatch(source, syntax), span));
  }
});
