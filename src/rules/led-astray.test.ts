import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rulesOf } from "../../test/support/rules.ts";
import { applyRules } from "../router/apply-rules.ts";
import { compileRules } from "./compile-rules.ts";
import type { RuleOutcome } from "./rule-outcome.ts";
import { maxNested, templateParts } from "./template-parts.ts";

/** What becomes of `GET target` by these rules. */
function outcomeOf(rules: string, target: string, fields = ""): RuleOutcome | "malformed" {
  const inbound = compileRules(rulesOf(`rules:\n${rules}`));
  assert.ok(inbound !== null);
  const start = `GET ${target} HTTP/1.1\r\n`;
  const addresses = { clientAddress: "192.0.2.7", clientPort: 50_123, localAddress: "10.0.0.1", localPort: 443 };
  const head = { head: `${start}Host: a.x\r\n${fields}\r\n`, fieldsStart: start.length };
  const request = { method: "GET", target, host: "a.x", https: true, version: "1.1" as const, ...head, ...addresses };
  return applyRules(inbound, request, null);
}

const locationOf = (rules: string, target: string): string => {
  const outcome = outcomeOf(rules, target);
  return outcome !== "malformed" && outcome.kind === "redirect" ? outcome.location : JSON.stringify(outcome);
};

const targetOf = (rules: string, target: string): string | null => {
  const outcome = outcomeOf(rules, target);
  if (outcome === "malformed") return outcome;
  return outcome.kind === "forward" ? outcome.target : outcome.kind;
};

const bodyOf = (body: string, target: string, more = ""): string => {
  const outcome = outcomeOf(
    `  - { name: r, path: "^(.*)$", respond: { status: 404, body: '${body}' } }${more}`,
    target,
  );
  return outcome !== "malformed" && outcome.kind === "respond" ? outcome.body : JSON.stringify(outcome);
};

const block = (path: string): string =>
  `  - { name: b, path: "${path}", respond: { status: 403 } }\n  - { name: r, farm: app, stop: true }`;

const nested = (depth: number): string => `${"{ToLower:".repeat(depth)}{R:1}${"}".repeat(depth)}`;

describe("a redirect to what was captured of the path", () => {
  const withoutSlash = `  - { name: r, path: "^(.*)/$", redirect: "{R:1}" }`;

  it("stays on the site, whatever the path looks like", () => {
    assert.equal(locationOf(withoutSlash, "/http:evil.test/"), "/http:evil.test");
    assert.equal(locationOf(withoutSlash, "/javascript:alert(1)/"), "/javascript:alert(1)");
    const lower = `  - { name: r, path: "^old/(.*)$", redirect: "{ToLower:{R:1}}" }`;
    assert.equal(locationOf(lower, "/old/HTTPS:evil.test/x"), "/https:evil.test/x");
    const captured = `  - { name: r, conditions: [{ input: "{URL}", pattern: "^/old/(.*)$" }], redirect: "{C:1}" }`;
    assert.equal(locationOf(captured, "/old/http:evil.test/x"), "/http:evil.test/x");
  });

  it("goes where the rule or a map says", () => {
    const own = `  - { name: r, path: "^old/(.*)$", redirect: "https://new.test/{R:1}" }`;
    assert.equal(locationOf(own, "/old/x"), "https://new.test/x");
    assert.equal(locationOf(`  - { name: r, redirect: "{CACHE_URL}" }`, "/x"), "https://a.x:443/x");
    const map = `  - { name: r, redirect: "{M:{URL}}" }\nrewriteMaps: { M: { entries: { /x: "https://new.test/y" } } }`;
    assert.equal(locationOf(map, "/x"), "https://new.test/y");
  });
});

describe("an answer's text", () => {
  it("becomes no page by what a client has sent", () => {
    assert.equal(bodyOf("{R:1} is not here", "/%3Cscript%3Ex"), "&lt;script&gt;x is not here");
    assert.equal(bodyOf(" {UrlDecode:{QUERY_STRING}}", "/?%3Cb%3E"), " &lt;b&gt;");
    assert.equal(bodyOf("no {R:1}", "/%3Cb%3E"), "no <b>");
  });

  it("is a page that a map holds", () => {
    const map = "\nrewriteMaps: { Pages: { default: '<p>Gone</p>' } }";
    assert.equal(bodyOf("{Pages:{R:1}}", "/x", map), "<p>Gone</p>");
  });
});

describe("a new path", () => {
  it("does not lead out of where the rule puts it", () => {
    const beside = `  - { name: r, path: "^app(.*)", farm: app, rewrite: "/v2/{R:1}", stop: true }`;
    assert.equal(targetOf(beside, "/app/x"), "/v2//x");
    for (const target of ["/app../secret", "/app..%5csecret", "/app.", "/app..", "/app%2e%2e/x"]) {
      assert.equal(targetOf(beside, target), "malformed", target);
    }
    const byQuery =
      `  - { name: r, conditions: [{ input: "{QUERY_STRING}", pattern: "^p=(.*)" }], ` +
      `farm: app, rewrite: "/v2/{C:1}", appendQuery: false, stop: true }`;
    assert.equal(targetOf(byQuery, "/?p=a..b/.c/..."), "/v2/a..b/.c/...");
    for (const value of ["../x", "a/../../x", "%2e%2e/x", "a%2f.%2E%2Fx", "..%5Cx", "..\\x", "..", "./x"]) {
      assert.equal(targetOf(byQuery, `/?p=${value}`), "malformed", value);
    }
    const under = `  - { name: r, farm: app, rewrite: "/tenant{UNENCODED_URL}", appendQuery: false, stop: true }`;
    assert.equal(targetOf(under, "/x%41"), "/tenant/x%41");
    assert.equal(targetOf(under, "/../other"), "malformed");
  });

  it("may be the one that came", () => {
    const same = `  - { name: r, farm: app, rewrite: "{UNENCODED_URL}", appendQuery: false, stop: true }`;
    assert.equal(targetOf(same, "/a/../b"), null);
    assert.equal(targetOf(`  - { name: r, farm: app, rewrite: "/{R:0}", stop: true }`, "/a/./b"), null);
  });

  it("is no asterisk but for OPTIONS", () => {
    const any = `  - { name: r, conditions: [{ input: "{QUERY_STRING}", pattern: "(.*)" }], rewrite: "{C:1}", appendQuery: false }`;
    assert.equal(targetOf(any, "/?*"), "/*");
  });
});

describe("a rule that blocks", () => {
  it("is not got round by a path that other servers climb differently", () => {
    for (const target of [
      "/a%2fb/../secret",
      "/a%5cb/../secret",
      "/a\\b/../secret",
      "/./secret//../page",
      "/./secret/%2e%2e/../secret/%2e%2e/page//..",
      "/p/x%2fy//../../secret",
    ]) {
      assert.equal(outcomeOf(block("^(p/)?secret"), target) === "malformed" ? "refused" : target, "refused");
    }
    assert.equal(targetOf(block("^secret"), "/a/../b//c"), null);
    assert.equal(targetOf(block("^secret"), "/a/%2e%2e/b%2fc/"), null);
  });

  it("is tried where a condition on a host fits one that is no name", () => {
    const rules =
      `  - { name: s, set: { HTTP_HOST: "{HTTP_X_NAME}" } }\n` +
      `  - { name: b, conditions: [{ input: "{HTTP_HOST}", pattern: '^inner\\.' }], respond: { status: 403 } }\n` +
      `  - { name: r, farm: app, stop: true }`;
    for (const name of ["inner.x", "inner.x,", "inner.x:99999", "inner.x y", `inner.${"x".repeat(300)}`]) {
      const outcome = outcomeOf(rules, "/", `X-Name: ${name}\r\n`);
      assert.equal(outcome === "malformed" ? outcome : outcome.kind, "respond", name);
    }
  });
});

describe("a header that a rule sets by the path", () => {
  it("is the same however slashes and dots are read, or the request is refused", () => {
    const rules = `  - { name: s, path: "^admin", set: { HTTP_X_ROLE: none } }\n  - { name: r, farm: app, stop: true }`;
    assert.equal(targetOf(rules, "/x/..%2fadmin"), "malformed");
    assert.equal(targetOf(rules, "/x//y"), null);
    assert.equal(targetOf(rules, "/admin//y"), null);
  });
});

describe("braces in a template", () => {
  it("are text where they are nested too deeply", () => {
    assert.deepEqual(
      templateParts(nested(maxNested)).map(({ kind }) => kind),
      ["function"],
    );
    assert.doesNotMatch(JSON.stringify(templateParts(nested(maxNested))), /\{ToLower/);
    assert.match(JSON.stringify(templateParts(nested(20_000))), /\{ToLower/);
  });

  it("take time in proportion to their number", () => {
    for (const text of ["{", "{ToLower:", "{}", "}"]) templateParts(text.repeat(100_000));
  });
});
