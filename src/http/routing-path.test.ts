import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { routingPath } from "./routing-path.ts";

describe("the path that routes are compared with", () => {
  const cases: readonly (readonly [target: string, path: string | null])[] = [
    ["/", "/"],
    ["/owa", "/owa"],
    ["/OWA/Auth/Logon.aspx?URL=/EWS", "/owa/auth/logon.aspx"],
    ["/owa/", "/owa/"],
    ["/owa?x", "/owa"],
    ["/?", "/"],
    ["/%6fwa/a", "/owa/a"],
    ["/%4FWA", "/owa"],
    ["/%2561", "/%61"],
    ["/a%20b", "/a b"],
    ["/a%3fb?c", "/a?b"],
    ["/a%2fb", "/a/b"],
    ["/a%5cb", "/a/b"],
    ["/a\\b", "/a/b"],
    ["//a//b", "/a/b"],
    ["/a/./b", "/a/b"],
    ["/a/../b", "/b"],
    ["/../../b", "/b"],
    ["/a/..", "/"],
    ["/a/b/%2e%2E/%2e/c", "/a/c"],
    ["/owa/..\\ecp", "/ecp"],
    ["/owa/..%5cecp", "/ecp"],
    ["/owa/%2e%2e%2fecp", "/ecp"],
    ["/owa/%252e%252e/ecp", "/owa/%2e%2e/ecp"],
    ["/.well-known/x", "/.well-known/x"],
    ["/a..b/...", "/a..b/..."],
    ["/a?b/../c%zz", "/a"],
    ["/%", null],
    ["/%4", null],
    ["/%zz", null],
    ["/%u0041", null],
    ["/%00", null],
    ["/a%00.aspx", null],
    ["*", "*"],
  ];
  for (const [target, path] of cases) {
    it(`for ${target} is ${path ?? "refused"}`, () => assert.equal(routingPath(target), path));
  }

  it("has no dot segment, no backslash and no empty segment, whatever is asked", () => {
    const parts = fc.constantFrom(
      "/",
      "\\",
      ".",
      "..",
      "%2e",
      "%2E",
      "%2f",
      "%5C",
      "%",
      "a",
      "B",
      "%41",
      "%c0%af",
      "?",
      "\xe9",
    );
    fc.assert(
      fc.property(fc.array(parts), (pieces) => {
        const path = routingPath(`/${pieces.join("")}`);
        if (path === null) return;
        assert.match(path, /^\//);
        assert.doesNotMatch(path, /\\|\/\/|\/\.\.?(\/|$)|[A-Z]/);
      }),
      { numRuns: 1000 },
    );
  });

  it("takes time in proportion to the target", () => {
    const start = performance.now();
    for (const part of ["/..", "%2e", "//", "/a", "%", "\\"]) routingPath(`/${part.repeat(100_000)}`);
    assert.ok(performance.now() - start < 2_000);
  });
});
