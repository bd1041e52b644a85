import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { aConfig } from "../../test/support/configs.ts";
import { randomRules } from "../../test/support/random-rules.ts";
import { rulesOf } from "../../test/support/rules.ts";
import type { RulesConfig } from "../rules/rule-config.ts";
import { describeChanges } from "./describe-changes.ts";

function changes(before: RulesConfig, after: RulesConfig): string[] {
  return describeChanges(aConfig([], { rules: before }), aConfig([], { rules: after }));
}

const cases: readonly (readonly [title: string, before: string, after: string, changes: readonly string[]])[] = [
  [
    "rules added and removed",
    "rules: [{ name: a, farm: app, stop: true }]",
    "rules: [{ name: b, path: ^b, farm: app }]",
    ["rule a removed", "rule b added"],
  ],
  [
    "a rule's fields",
    'rules: [{ name: root, path: ^$, redirect: /owa/ }, { name: b, path: ^b, farm: app, rewrite: "/{R:0}", appendQuery: false, stop: true }]',
    "rules: [{ name: root, host: mail.x, path: { pattern: ^/?$, ignoreCase: false, negate: true }, redirect: /mail/, status: 302, https: true }, { name: b, path: ^b, farm: mail, syntax: wildcard }]",
    [
      "rule root: host: none -> mail.x",
      "rule root: https: none -> true",
      "rule root: path: ^$ -> ^/?$ (ignoreCase: false) (negate)",
      "rule root: redirect: /owa/ -> /mail/",
      "rule root: status: 301 -> 302",
      "rule b: syntax: ecmascript -> wildcard",
      "rule b: farm: app -> mail",
      "rule b: rewrite: /{R:0} -> none",
      "rule b: appendQuery: false -> true",
      "rule b: stop: true -> false",
    ],
  ],
  [
    "another action",
    "rules: [{ name: a, respond: { status: 403, body: no } }, { name: b, respond: { status: 403, body: no } }]",
    "rules: [{ name: a, abort: true }, { name: b, respond: { status: 404, reason: Gone, body: none } }]",
    [
      "rule a: respond.status: 403 -> none",
      "rule a: respond.reason:  -> none",
      "rule a: abort: none -> true",
      "rule b: respond.status: 403 -> 404",
      "rule b: respond.reason:  -> Gone",
      "rule b: respond.body changed",
    ],
  ],
  [
    "what may be a key, without showing it",
    'rules: [{ name: a, conditions: [{ input: "{HTTP_X_KEY}", pattern: SECRET1 }], set: { HTTP_AUTHORIZATION: SECRET2 }, farm: app }]',
    'rules: [{ name: a, conditions: [{ input: "{HTTP_X_KEY}", pattern: SECRET3 }], set: { HTTP_AUTHORIZATION: SECRET4 }, farm: app }]',
    ["rule a: conditions changed", "rule a: set changed"],
  ],
  [
    "the number of conditions",
    'rules: [{ name: a, conditions: [{ input: "{HTTPS}", pattern: on }], farm: app }]',
    'rules: [{ name: a, conditions: [{ input: "{HTTPS}", pattern: on }, { input: "{URL}", pattern: a }], match: any, captures: all, farm: app }]',
    ["rule a: match: all -> any", "rule a: captures: last -> all", "rule a: conditions: 1 -> 2"],
  ],
  [
    "the order",
    "rules: [{ name: a, path: ^a, farm: app }, { name: b, path: ^b, farm: app }, { name: c, path: ^c, farm: app }]",
    "rules: [{ name: b, path: ^b, farm: app }, { name: d, path: ^d, farm: app }, { name: a, path: ^a, farm: app }]",
    ["rule c removed", "rule d added", "the order of the rules"],
  ],
  [
    "a rule that was switched off",
    "rules: [{ name: a, farm: app }]",
    "rules: [{ name: a, enabled: false, farm: app }]",
    ["rule a removed"],
  ],
  [
    "outbound rules",
    `preConditions: { html: { conditions: [{ input: "{RESPONSE_STATUS}", pattern: "200" }] } }
outboundRules: [{ name: a, header: Location, pattern: ^http, value: x }, { name: b, when: html, pattern: x, value: y }]`,
    `preConditions: { html: { conditions: [{ input: "{RESPONSE_STATUS}", pattern: "^200$" }] } }
outboundRules: [{ name: b, when: html, pattern: x, value: z, occurrences: 1 }, { name: a, tags: [a], pattern: ^http, value: x }]`,
    [
      "outbound rule b: occurrences: 0 -> 1",
      "outbound rule b: value: y -> z",
      "outbound rule b: the precondition changed",
      "outbound rule a: target: header -> tags",
      "outbound rule a: name: location -> none",
      'outbound rule a: attributes: none -> [{"tag":"a","attribute":"href"}]',
      "outbound rule a: occurrences: none -> 0",
      "the order of the outbound rules",
    ],
  ],
  [
    "rewrite maps",
    "rewriteMaps: { M: { entries: { a: x, b: y, c: z } }, N: { entries: { a: x } }, O: {}, P: { entries: { a: x, b: y } } }",
    'rewriteMaps: { M: { entries: { a: x, b: z, d: z, e: z }, default: "-" }, N: { ignoreCase: false }, P: { entries: { b: y, a: x } }, Q: {} }',
    [
      "rewrite map O removed",
      "rewrite map M: 2 entries added, 1 removed, 1 changed",
      "rewrite map M: default:  -> -",
      "rewrite map N: 1 entry removed",
      "rewrite map N: ignoreCase: true -> false",
      "rewrite map P: the order of its entries",
      "rewrite map Q added",
    ],
  ],
];

describe("changes of rules", () => {
  for (const [title, before, after, expected] of cases) {
    it(`are told in the words of the file: ${title}`, () => {
      const [one, other] = [before, after].map((text) => rulesOf(text, ["app", "mail"]));
      assert.ok(one !== undefined && other !== undefined);
      assert.deepEqual(changes(one, other), expected);
      assert.deepEqual(changes(one, structuredClone(one)), []);
    });
  }

  it("are bounded where there are very many", () => {
    const none: RulesConfig = { inbound: [], outbound: [], maps: [] };
    const [rule] = rulesOf("rules: [{ name: a, farm: app }]").inbound;
    assert.ok(rule !== undefined);
    const many = Array.from({ length: 10_000 }, (_, index) => ({ ...rule, name: `r${index}` }));
    const told = changes(none, { ...none, inbound: many });
    assert.equal(told.length, 51);
    assert.deepEqual([told[0], told.at(-1)], ["rule r0 added", "… and 9,950 more changes of rules"]);
  });

  it("are never nothing where something changed", () => {
    fc.assert(
      fc.property(randomRules, randomRules, fc.nat(4), (before, other, from) => {
        const after = { ...before, inbound: [...before.inbound.slice(0, from), ...other.inbound.slice(from)] };
        assert.equal(changes(before, after).length === 0, isDeepStrictEqual(before, after));
        const reversed = { ...before, inbound: before.inbound.toReversed() };
        assert.equal(changes(before, reversed).length === 0, isDeepStrictEqual(before, reversed));
      }),
    );
  });
});
