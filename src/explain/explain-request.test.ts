import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aMemberStatus } from "../../test/support/member-status.ts";
import { interpret } from "../config/interpret.ts";
import { problemLine } from "../config/problem.ts";
import type { FarmStatus, MemberStatus } from "../control/farm-status.ts";
import { createExplain } from "./explain-request.ts";
import type { Question } from "./explained-client.ts";
import type { Explanation } from "./explanation.ts";

const document = String.raw`
listen: [{ port: 80 }, { port: 8080, redirect: https }]
servers: { cas1: http://10.0.0.1, cas2: http://10.0.0.2 }
farms:
  owa: { servers: [cas1, cas2] }
  ews: { servers: [cas1, { server: cas2, maxRequests: 1 }], balance: { hash: url } }
rules:
  - { name: block, path: "^ecp(/.*)?$", respond: { status: 404, reason: "Not here" } }
  - { name: root, path: "^$", redirect: "https://{HTTP_HOST}/owa/", status: 302 }
  - { name: out, path: "^out$", abort: true }
  - { name: mail, host: mail.x.test, path: "^mail/(.*)$", conditions: [{ input: "{HTTP_X}", pattern: "^(1)$" }], set: { HTTP_X: "", HTTP_Y: "{C:1}" }, farm: ews, rewrite: "/EWS/{R:1}", stop: true }
  - { name: lost, path: "^lost", farm: "{R:0}" }
  - { name: moved, path: "^old/(.*)", rewrite: "/owa/{R:1}" }
routes:
  - { host: mail.x.test, path: /owa, farm: owa, maxBody: 1MiB, allow: [10.0.0.0/8] }
`;

function explain(question: Partial<Question>, farms: readonly FarmStatus[] | null = null): Explanation {
  const meaning = interpret(document, "f.yaml", {}).resolve({ files: new Map(), env: {}, now: 0 });
  if (!meaning.ok) throw new Error(meaning.problems.map(problemLine).join("\n"));
  const asked = { url: "http://mail.x.test/owa", method: "GET", headers: [], from: "192.0.2.7", ...question };
  const result = createExplain(meaning.config)(asked, farms);
  if (!result.ok) throw new Error(result.problem);
  return result.explanation;
}

const status = (name: string, ...members: Partial<MemberStatus>[]): FarmStatus => ({
  name,
  minimumServers: 1,
  members: members.map((member, index) => ({ ...aMemberStatus, server: `cas${index + 1}`, ...member })),
});

/** What becomes of the request, and what is said of each member. */
function whys(farms: FarmStatus[], url?: string): unknown {
  const { farm, verdict } = explain(url === undefined ? {} : { url, headers: ["X: 1"] }, farms);
  return [verdict.kind, ...(farm?.members.map(({ chosen, why }) => `${chosen ? "-> " : ""}${why}`) ?? [])];
}

describe("an explanation", () => {
  const cases: readonly (readonly [url: string, verdict: object])[] = [
    ["http://mail.x.test/owa/x", { kind: "forward", server: "" }],
    ["http://mail.x.test/old/x", { kind: "forward", server: "" }],
    ["http://mail.x.test/ecp", { kind: "respond", by: "block", status: 404, reason: "Not here", body: "" }],
    ["http://a:80/?q", { kind: "redirect", by: "root", status: 302, location: "https://a:80/owa/?q" }],
    ["http://a/out", { kind: "abort", by: "out" }],
    ["http://a/lost", { kind: "refused", status: 502, code: "no-such-farm", why: 'the rule names the farm "lost"' }],
    ["http://a/owa", { kind: "refused", status: 404, code: "no-route", why: "no route is for this host and path" }],
    [
      "http://a/x/../ecp",
      { kind: "refused", status: 400, code: "bad-request", why: "its host or path can be read in more than one way" },
    ],
    ["http://a:8080/x?y", { kind: "redirect", by: "the listener", status: 301, location: "https://a/x?y" }],
  ];
  for (const [url, verdict] of cases) {
    it(`says what comes of ${url}`, () => assert.deepEqual(explain({ url }).verdict, verdict));
  }

  it("has every rule that was tried, with what was compared and captured, and what it did", () => {
    const { rules, farm, route, sent } = explain({
      url: "http://mail.x.test/mail/a%20b?c",
      headers: ["X: 1", "Cookie: d"],
    });
    assert.deepEqual(
      rules.map(({ rule, matched, because }) => [rule, matched, because]),
      [
        ["block", false, "path"],
        ["root", false, "path"],
        ["out", false, "path"],
        ["mail", true, ""],
      ],
    );
    const { because: _because, matched: _matched, rule: _rule, ...step } = rules[3] ?? {};
    assert.deepEqual(step, {
      input: "mail/a b",
      path: { pattern: "^mail/(.*)$", ignoreCase: true, negate: false },
      captures: ["mail/a b", "a b"],
      conditions: [
        {
          input: "{HTTP_X}",
          value: "1",
          pattern: "^(1)$",
          ignoreCase: true,
          negate: false,
          matched: true,
          captures: ["1", "1"],
        },
      ],
      conditionCaptures: ["1", "1"],
      set: [
        ["HTTP_X", ""],
        ["HTTP_Y", "1"],
      ],
      action: "rewrite",
      farm: "ews",
      target: "/EWS/a%20b?c",
      stops: true,
    });
    assert.equal(farm?.name, "ews");
    assert.equal(route, null);
    assert.deepEqual(sent, {
      requestLine: "GET /EWS/a%20b?c HTTP/1.1",
      added: [
        "Y: 1",
        "X-Original-URL: /mail/a%20b?c",
        "X-Forwarded-For: 192.0.2.7",
        "X-Forwarded-Proto: http",
        "X-Forwarded-Host: mail.x.test",
      ],
      removed: ["X: 1"],
    });
  });

  it("shows the route with its limits", () => {
    assert.deepEqual(explain({}).route, {
      host: "mail.x.test",
      path: "/owa",
      exact: false,
      limits: ["only from 10.0.0.0/8", "bodies up to 1048576 bytes"],
    });
  });

  it("says of each member why it was chosen or not", () => {
    const set = {
      scope: "server",
      by: "ann",
      at: "2026-01-01T00:00:00Z",
      note: "patch day",
      until: null,
      cut: false,
    } as const;
    const fewest = "-> the fewest requests under way for its weight";
    assert.deepEqual(whys([status("owa", { current: 3 }, { current: 2 })]), [
      "forward",
      "it may be chosen another time",
      fewest,
    ]);
    assert.deepEqual(whys([status("owa", {}, { healthy: false, reason: "GET /x: 503" })]), [
      "forward",
      fewest,
      "it is down: GET /x: 503",
    ]);
    assert.deepEqual(whys([status("owa", { state: "drain", stateSet: set }, { state: "unavailable" })]), [
      "refused",
      "it gets nothing new but what belongs there, by ann since 2026-01-01T00:00:00Z (patch day)",
      "it is out of service, by the configuration",
    ]);
    assert.deepEqual(whys([status("owa", { healthy: null }, { trial: true, healthy: false, current: 1 })]), [
      "refused",
      "its first check has not ended yet",
      "it is on trial, with one request at a time",
    ]);
    assert.deepEqual(
      whys([status("ews", { healthy: false, reason: null }, { current: 1 })], "http://mail.x.test/mail/a"),
      ["refused", "it is down: no reason known", "it has as many requests as it may"],
    );
  });

  it("says where nobody listens", () => {
    const { listener } = explain({ url: "https://mail.x.test/owa" });
    assert.equal(listener.place, "");
    assert.match(listener.note, /^nobody listens for https on port 443; there are http:\/\/\*:80, http:\/\/\*:8080\./);
  });

  const notRequests: readonly (readonly [Partial<Question>, RegExp])[] = [
    [{ url: "mail.x.test/owa" }, /^"mail\.x\.test\/owa" is not a URL: write one such as/],
    [{ from: "a" }, /^"a" is not an IP address$/],
    [{ method: "A B" }, /^the request would be refused with 400: /],
    [{ headers: ["Host: b"] }, /^the request would be refused with 400: a second Host$/],
    [{ headers: ["A: b\r\n\r\nGET / HTTP/1.1"] }, /^the request would be refused with 400: /],
  ];
  for (const [question, problem] of notRequests) {
    it(`is refused for ${JSON.stringify(question)}`, () =>
      assert.throws(() => explain(question), { message: problem }));
  }

  it("shows the beginning of what is long, and refuses what a listener would", () => {
    const headers = [`X: ${"1".repeat(5000)}`, `Cookie: ${"c".repeat(10_000)}`];
    const { rules } = explain({ url: `http://mail.x.test/mail/${"p".repeat(3000)}`, headers });
    const mail = rules.find(({ rule }) => rule === "mail");
    assert.equal(mail?.input, `mail/${"p".repeat(1019)}…`);
    assert.equal(mail?.conditions[0]?.value, `${"1".repeat(1024)}…`);
    assert.throws(() => explain({ headers: Array.from({ length: 9 }, () => `X: ${"1".repeat(16_000)}`) }), /431/);
  });
});
