import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ArrRule } from "./arr-rule.ts";
import { ImportFindings } from "./import-finding.ts";
import { readRule } from "./read-rules.ts";
import { readXml } from "./read-xml.ts";
import { keepsPath, rewriteTarget } from "./rewrite-target.ts";
import { scopeOf, type RuleScope } from "./rule-scope.ts";
import { goesBefore, hostsOverlap, overlap } from "./scope-overlap.ts";

function ruleOf(syntax: string, url: string, conditions = ""): ArrRule {
  const xml = readXml(
    `<rule patternSyntax="${syntax}"><match url="${url}"/><conditions>${conditions}</conditions></rule>`,
  );
  assert.ok(xml.ok);
  return readRule(xml.root, true, new ImportFindings());
}

const host = (pattern: string): string => `<add input="{HTTP_HOST}" pattern="${pattern}"/>`;

function scope(pattern: string, url = "*"): RuleScope {
  return scopeOf(ruleOf(url === "*" ? "Wildcard" : "ECMAScript", url, pattern === "" ? "" : host(pattern)));
}

describe("what a condition says about the host", () => {
  const cases: readonly (readonly [syntax: string, pattern: string, host: string | null])[] = [
    ["Wildcard", "mail.example.com", "mail.example.com"],
    ["Wildcard", "MAIL.*", "mail.*"],
    ["Wildcard", "*.example.com", "*.example.com"],
    ["Wildcard", "*", null],
    ["Wildcard", "mail*", null],
    ["Wildcard", "mail.?.com", null],
    ["ECMAScript", String.raw`^mail\.example\.com$`, "mail.example.com"],
    ["ECMAScript", String.raw`^mail\.example\.com(:\d+)?$`, "mail.example.com"],
    ["ECMAScript", String.raw`^mail\.`, "mail.*"],
    ["ECMAScript", String.raw`^mail\.(.*)$`, "mail.*"],
    ["ECMAScript", String.raw`^.*\.example\.com$`, "*.example.com"],
    ["ECMAScript", "^localhost$", "localhost"],
    // Anything may stand for an unescaped dot, and before or behind what is not anchored.
    ["ECMAScript", "^mail.example.com$", null],
    ["ECMAScript", "mail.*", null],
    ["ExactMatch", "mail.example.com", "mail.example.com"],
    ["ExactMatch", "mail.*", null],
  ];
  for (const [syntax, pattern, expected] of cases) {
    it(`${syntax} ${pattern}`, () => {
      const { hosts, exact } = scopeOf(ruleOf(syntax, "*", host(pattern)));
      assert.deepEqual([hosts, exact], [[expected], expected !== null]);
    });
  }

  it("may be several hosts, where one is enough", () => {
    const rule = ruleOf("Wildcard", "*", host("a.x") + host("b.x"));
    const any = { ...rule, conditions: { ...rule.conditions, grouping: "MatchAny" as const } };
    assert.deepEqual(scopeOf(any).hosts, ["a.x", "b.x"]);
    assert.equal(scopeOf(any).exact, true);
    assert.equal(scopeOf(rule).exact, false);
  });
});

describe("what a pattern says about the path", () => {
  const cases: readonly (readonly [syntax: string, url: string, path: object])[] = [
    ["ECMAScript", "(.*)", { kind: "any" }],
    ["ECMAScript", "^$", { kind: "exact", path: "" }],
    ["ECMAScript", "^OWA(/.*)?$", { kind: "below", path: "owa" }],
    ["ECMAScript", "^owa(?:/.*)?$", { kind: "below", path: "owa" }],
    ["ECMAScript", "^owa(/|$)", { kind: "below", path: "owa" }],
    ["ECMAScript", "^owa/(.*)", { kind: "begins", path: "owa" }],
    ["ECMAScript", "^owas?(/.*)?$", { kind: "begins", path: "owa" }],
    ["ECMAScript", "owa", { kind: "begins", path: "" }],
    ["ECMAScript", "^(owa|ecp)", { kind: "begins", path: "" }],
    ["ECMAScript", "^owa$|^ecp$", { kind: "begins", path: "" }],
    ["Wildcard", "owa/*", { kind: "begins", path: "owa/" }],
    ["Wildcard", "*.jpg", { kind: "begins", path: "" }],
    ["ExactMatch", "a/b", { kind: "exact", path: "a/b" }],
  ];
  for (const [syntax, url, path] of cases) {
    it(`${syntax} ${url}`, () => assert.deepEqual(scopeOf(ruleOf(syntax, url)).path, path));
  }
});

describe("rules that can be meant for one request", () => {
  it("have hosts in common", () => {
    const hosts = [null, "mail.x.com", "*.x.com", "*.com", "mail.*", "mail.x.*", "x.com", "owa.*"];
    const disjoint = hosts.flatMap((a) => hosts.flatMap((b) => (hostsOverlap(a, b) ? [] : [`${a} ${b}`])));
    assert.deepEqual(disjoint, [
      "mail.x.com x.com",
      "mail.x.com owa.*",
      "*.x.com x.com",
      "mail.* x.com",
      "mail.* owa.*",
      "mail.x.* x.com",
      "mail.x.* owa.*",
      "x.com mail.x.com",
      "x.com *.x.com",
      "x.com mail.*",
      "x.com mail.x.*",
      "x.com owa.*",
      "owa.* mail.x.com",
      "owa.* mail.*",
      "owa.* mail.x.*",
      "owa.* x.com",
    ]);
  });

  it("have paths in common", () => {
    const rules = ["^$", "^owa(/.*)?$", "^owas(/.*)?$", "^owa/auth", "^rpc(/.*)?$"].map((url) =>
      scopeOf(ruleOf("ECMAScript", url)),
    );
    const pairs = rules.map((a) => rules.map((b) => (overlap(a, b) ? "x" : "-")).join(""));
    assert.deepEqual(pairs, ["x----", "-x-x-", "--x--", "-x-x-", "----x"]);
  });

  it("are in order as routes where the more special one comes first", () => {
    assert.equal(goesBefore(scope("mail.x.com"), scope("mail.*")), true);
    assert.equal(goesBefore(scope("mail.*"), scope("mail.x.com")), false);
    assert.equal(goesBefore(scope("*.x.com"), scope("mail.*")), true);
    assert.equal(goesBefore(scope("mail.*"), scope("")), true);
    assert.equal(goesBefore(scope("", "^owa(/.*)?$"), scope("", "(.*)")), true);
    assert.equal(goesBefore(scope("", "(.*)"), scope("", "^owa(/.*)?$")), false);
    assert.equal(goesBefore(scope(""), scope("")), false);
  });
});

describe("where an action leads", () => {
  const cases: readonly (readonly [url: string, target: object])[] = [
    ["https://Farm/{R:0}", { kind: "absolute", scheme: "https", host: "Farm", port: null, path: "/{R:0}" }],
    ["HTTP://farm{REQUEST_URI}", { kind: "absolute", scheme: "http", host: "farm", port: null, path: "{REQUEST_URI}" }],
    ["http://a.b:8080", { kind: "absolute", scheme: "http", host: "a.b", port: 8080, path: "" }],
    ["http://[fd00::1]:81/x", { kind: "absolute", scheme: "http", host: "[fd00::1]", port: 81, path: "/x" }],
    [
      "http://{Map:{HTTP_HOST}}/{R:1}?{C:1}",
      { kind: "absolute", scheme: "http", host: "{Map:{HTTP_HOST}}", port: null, path: "/{R:1}?{C:1}" },
    ],
    [
      "http://{C:1}.internal{URL}",
      { kind: "absolute", scheme: "http", host: "{C:1}.internal", port: null, path: "{URL}" },
    ],
    ["index.php?p={R:1}", { kind: "path", path: "/index.php?p={R:1}" }],
    ["/a?u=http://b", { kind: "path", path: "/a?u=http://b" }],
    ["{C:1}://farm/", { kind: "unknown" }],
  ];
  for (const [url, target] of cases) it(url, () => assert.deepEqual(rewriteTarget(url), target));

  const paths: readonly (readonly [
    syntax: string,
    match: string,
    path: string,
    appendQuery: boolean,
    stays: boolean,
  ])[] = [
    ["Wildcard", "*", "/{R:0}", true, true],
    ["Wildcard", "*", "/{R:1}", true, true],
    ["Wildcard", "owa/*", "/{R:0}", true, true],
    ["Wildcard", "owa/*", "/{R:1}", true, false],
    ["Wildcard", "*", "/{R:0}", false, false],
    ["ECMAScript", "(.*)", "/{R:1}", true, true],
    ["ECMAScript", "^(.*)$", "/{R:1}", true, true],
    ["ECMAScript", "^owa(/.*)?$", "/{R:0}", true, true],
    ["ECMAScript", "^owa", "/{R:0}", true, false],
    ["ECMAScript", "^owa$|^ecp", "/{R:0}", true, false],
    ["ECMAScript", "^owa/.*", "/{R:0}", true, true],
    ["ECMAScript", "^owa", "{REQUEST_URI}", false, true],
    ["ECMAScript", "^owa", "{REQUEST_URI}", true, false],
    ["ECMAScript", "^owa", "{UNENCODED_URL}", false, true],
    ["ECMAScript", "^owa", "{URL}", true, true],
    ["ECMAScript", "^owa", "{URL}", false, false],
    ["ECMAScript", ".*", "/", true, false],
  ];
  for (const [syntax, match, path, appendQuery, stays] of paths) {
    it(`${syntax} ${match} to ${path}${appendQuery ? "" : " without the query"}: the path ${stays ? "stays" : "changes"}`, () =>
      assert.equal(keepsPath(ruleOf(syntax, match), { path, appendQuery }), stays));
  }
});
