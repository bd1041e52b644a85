import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { interpret, type Interpretation } from "./interpret.ts";
import { problemLine } from "./problem.ts";

const base = `listen: [{ port: 80 }]
servers: { a: a.local }
farms: { app: { servers: [a] }, mail: { servers: [a] } }
routes: [{ farm: app }, { path: /mail, farm: mail }]
`;

function read(text: string): Interpretation {
  return interpret(`${base}${text}\n`, "f.yaml", {}).resolve({ files: new Map(), env: {}, now: 0 });
}

/** "…" at the end stands for more, which other tests are about. */
function assertSaid(said: readonly string[], expected: readonly string[]): void {
  const shown = said.map((line, index) => {
    const wanted = expected[index] ?? "";
    return wanted.endsWith("…") && line.startsWith(wanted.slice(0, -1)) ? wanted : line;
  });
  assert.deepEqual(shown, expected);
}

type Case = readonly [title: string, rules: string, said: readonly string[]];

const wrong: readonly Case[] = [
  [
    "a precondition that is not there",
    `preConditions: { html: { conditions: [{ input: "{RESPONSE_CONTENT_TYPE}", pattern: "^text/html" }] } }
outboundRules:
  - { name: a, when: htm, pattern: x, value: y }
  - { name: b, enabled: false, when: json, pattern: x, value: y }`,
    [
      'f.yaml:7:22: outboundRules.0.when: "htm" is not a precondition; did you mean "html"? write the name of one under `preConditions` (there are html)',
      'f.yaml:8:38: outboundRules.1.when: "json" is not a precondition: write the name of one under `preConditions` (there are html)',
    ],
  ],
  [
    "no preconditions at all",
    `outboundRules: [{ name: a, when: html, pattern: x, value: y }]`,
    [
      'f.yaml:5:34: outboundRules.0.when: "html" is not a precondition: write the name of one under `preConditions` (there are none yet)',
    ],
  ],
  [
    "two targets",
    `outboundRules:
  - { name: a, header: Location, responseStatus: true, pattern: x, value: y }
  - { name: b, header: Location, tags: [a], pattern: x, value: y }`,
    [
      "f.yaml:6:5: outboundRules.0: a rule rewrites one thing, this one has header and responseStatus: make two rules of it",
      "f.yaml:7:5: outboundRules.1: a rule rewrites one thing, this one has header and tags: make two rules of it",
    ],
  ],
  [
    "headers",
    `outboundRules:
  - { name: a, header: Content-Length, pattern: x, value: y }
  - { name: b, header: transfer-encoding, pattern: x, value: y }
  - { name: c, header: "a b", pattern: x, value: y }
  - { name: d, header: RESPONSE_Location, pattern: x, value: y }
  - { name: e, header: "", pattern: x, value: y }`,
    [
      `f.yaml:6:24: outboundRules.0.header: "Content-Length" can't be rewritten: how the response is carried is the router's own matter`,
      `f.yaml:7:24: outboundRules.1.header: "transfer-encoding" can't be rewritten: how the response is carried is the router's own matter`,
      'f.yaml:8:24: outboundRules.2.header: "a b" is not the name of a header: write one such as Location',
      `f.yaml:9:24: outboundRules.3.header: "RESPONSE_Location" is what templates call it: write the header's own name, Location`,
      'f.yaml:10:24: outboundRules.4.header: "" is not a header: write the name of a response header, such as Location',
    ],
  ],
  [
    "bodies",
    `outboundRules:
  - { name: a, pattern: { pattern: x, negate: true }, value: y }
  - { name: b, syntax: wildcard, pattern: "*x*", value: y }
  - { name: c, tags: [a], pattern: { pattern: x, negate: true }, value: y }`,
    [
      "f.yaml:6:25: outboundRules.0.pattern: a negated pattern finds nothing that could be replaced: leave negate out",
      "f.yaml:7:24: outboundRules.1.syntax: a wildcard stands for a whole text, and this rule looks for one within a body: write ecmascript or exact, or name the tags",
      "f.yaml:8:36: outboundRules.2.pattern: a negated pattern finds nothing that could be replaced: leave negate out",
    ],
  ],
  [
    "tags",
    `outboundRules:
  - { name: a, tags: [div, { tag: a }, { tag: a, attribute: 1 }, script], pattern: x, value: y }
  - { name: b, tags: [], pattern: x, value: y }
  - { name: c, tags: a, pattern: x, value: y }`,
    [
      'f.yaml:6:23: outboundRules.0.tags.0: "div" is not a tag: write one of a, area, base, form, frame, head, iframe, img, input, link, script, or { tag, attribute }',
      "f.yaml:6:28: outboundRules.0.tags.1.attribute: missing: write the name of an attribute, such as data-url",
      "f.yaml:6:61: outboundRules.0.tags.2.attribute: 1 is not an attribute: write the name of an attribute, such as data-url",
      "f.yaml:7:22: outboundRules.1.tags: a list is not a list of tags: write a list such as [a, form, img]",
      'f.yaml:8:22: outboundRules.2.tags: "a" is not a list of tags: write a list such as [a, form, img]',
    ],
  ],
  [
    "kinds of values",
    `outboundRules:
  - { name: a, pattern: 5, value: 1, occurrences: -1, responseStatus: false }
  - { name: b, value: x, stop: 1, replace: 2, captures: some }
  - { name: c, pattern: x, value: y, rewrite: z }`,
    [
      'f.yaml:6:25: outboundRules.0.pattern: 5 is not a pattern: write a text such as "^owa(/.*)?$", or { pattern, ignoreCase, negate }',
      'f.yaml:6:35: outboundRules.0.value: 1 is not a text: write a text in quotes, such as "1" or "{HTTP_HOST}"',
      "f.yaml:6:51: outboundRules.0.occurrences: -1 is not a number: write how often it is replaced at most, such as 1, or 0 for always",
      "f.yaml:6:71: outboundRules.0.responseStatus: false is not a target: write responseStatus: true, or leave the key out",
      'f.yaml:7:5: outboundRules.1.pattern: missing: write a text such as "^owa(/.*)?$", or { pattern, ignoreCase, negate }',
      "f.yaml:7:32: outboundRules.1.stop: 1 is not a switch: write true or false",
      "f.yaml:7:44: outboundRules.1.replace: 2 is not a switch: write true or false",
      'f.yaml:7:57: outboundRules.1.captures: "some" is not one of last, all',
      'f.yaml:8:38: outboundRules.2.rewrite: "rewrite" is not a key here: allowed are name…',
    ],
  ],
  [
    "names twice",
    `outboundRules: [{ name: A, pattern: x, value: y }, { name: a, pattern: x, value: y }]`,
    ['f.yaml:5:60: outboundRules.1.name: "a" is the name of the rule in line 5 already: give this one another'],
  ],
  [
    "groups and maps that are not there",
    `outboundRules:
  - { name: a, header: Location, pattern: "^/(x)", value: "{R:2}{C:1}{M:{R:1}}" }`,
    [
      `f.yaml:6:59: outboundRules.0.value: {R:2} is of a group that is not there: the rule's pattern has one group (put "( )" around what is meant)`,
      "f.yaml:6:59: outboundRules.0.value: {M:…} is no function and no rewrite map: write one under `rewriteMaps` (there are none yet)",
    ],
  ],
  [
    "preconditions",
    `preConditions:
  bad: { conditions: [{ input: "{RESPONSE_STATUS}", pattern: "(" }], captures: all }
  list: []`,
    [
      `f.yaml:6:62: preConditions.bad.conditions.0.pattern: "(" can't be used: …`,
      'f.yaml:6:70: preConditions.bad.captures: "captures" is not a key here: allowed are syntax, conditions, match',
      "f.yaml:7:9: preConditions.list: a list is not a map: write below it one or more of syntax, conditions, match",
    ],
  ],
];

const warned: readonly Case[] = [
  [
    "variables",
    `outboundRules:
  - { name: a, header: Location, pattern: ^http, value: "{RESPONSE_STATUS} {HTTP_HOST} {RESPONSE_ANYTHING} {RESPNSE_STATUS}" }
rules: [{ name: r, set: { A: "{RESPONSE_STATUS}" } }]`,
    [
      'f.yaml:6:57: outboundRules.0.value: {RESPNSE_STATUS} is empty: it is no server variable, and no rule sets it; did you mean "RESPONSE_STATUS"?',
      "f.yaml:7:30: rules.0.set.A: {RESPONSE_STATUS} is empty: rules are tried before there is a response, write an outbound rule",
    ],
  ],
  [
    "preconditions that no rule asks for",
    `preConditions: { html: { conditions: [{ input: "{RESPONSE_CONTENT_TYPE}", pattern: "^text/html" }] } }`,
    [
      "f.yaml:5:24: preConditions.html: no outbound rule asks for this: write its name in the `when` of one, or remove it",
    ],
  ],
  [
    "a rule that changes nothing",
    `outboundRules: [{ name: a, header: Location, pattern: ^http }]`,
    ["f.yaml:5:17: outboundRules.0: this rule changes nothing: write the new text in `value`, or `stop: true`"],
  ],
  [
    "preconditions without conditions",
    `preConditions: { html: {} }
outboundRules: [{ name: a, when: html, header: Location, pattern: ^http, value: "" }]`,
    [],
  ],
  [
    "conditions",
    `preConditions: { html: { conditions: [{ input: RESPONSE_CONTENT_TYPE, pattern: "^text/html" }, { input: "{HTTPS}", pattern: "true" }] } }
outboundRules: [{ name: a, when: html, conditions: [{ input: RESPONSE_STATUS, pattern: "200" }], header: Location, pattern: ^http, value: "" }]`,
    [
      'f.yaml:5:48: preConditions.html.conditions.0.input: "RESPONSE_CONTENT_TYPE" is the same text for every request: write "{RESPONSE_CONTENT_TYPE}"',
      'f.yaml:5:125: preConditions.html.conditions.1.pattern: "true" never matches {HTTPS}, which is on or off',
      'f.yaml:6:62: outboundRules.0.conditions.0.input: "RESPONSE_STATUS" is the same text for every request: write "{RESPONSE_STATUS}"',
    ],
  ],
  [
    "a status that is none",
    `outboundRules:
  - { name: a, responseStatus: true, pattern: "^500$", value: "5xx" }
  - { name: b, responseStatus: true, pattern: "^500$", value: "204" }
  - { name: c, responseStatus: true, pattern: "^500$", value: "{R:0}" }`,
    [
      'f.yaml:6:63: outboundRules.0.value: "5xx" is no status that a response could get: write a number from 200 to 599, but 204, 205 and 304',
      'f.yaml:7:63: outboundRules.1.value: "204" is no status that a response could get: write a number from 200 to 599, but 204, 205 and 304',
    ],
  ],
];

describe("a wrong outbound rule", () => {
  for (const [title, rules, said] of wrong) {
    it(`is told with place, value and remedy: ${title}`, () => {
      const result = read(rules);
      assert.ok(!result.ok, "it was accepted");
      assertSaid(result.problems.map(problemLine), said);
    });
  }
});

describe("an outbound rule that is allowed but hardly meant", () => {
  for (const [title, rules, said] of warned) {
    it(`is warned about: ${title}`, () => {
      const result = read(rules);
      assert.ok(result.ok, JSON.stringify(result));
      assertSaid(result.warnings.map(problemLine), said);
    });
  }
});

describe("a right outbound rule", () => {
  it("has every default where nothing is said, and its tags and precondition in full", () => {
    const result = read(String.raw`
preConditions: { html: { conditions: [{ input: "{RESPONSE_CONTENT_TYPE}", pattern: "^text/html" }], match: any } }
rewriteMaps: { Hosts: { entries: { inner: outer } } }
outboundRules:
  - { name: location, header: Location, pattern: "^http://([^/]+)", value: "https://{Hosts:{R:1}}" }
  - { name: links, when: html, tags: [img, { tag: DIV, attribute: Data-Url }], pattern: x, value: "" }
  - { name: "off", enabled: false, pattern: x, value: y }
  - { name: text, pattern: x, value: y, occurrences: 2 }
  - { name: status, responseStatus: true, pattern: "404", value: "410" }`);
    assert.ok(result.ok, JSON.stringify(result));
    assert.deepEqual(result.warnings, []);
    const { outbound } = result.config.rules;
    const pattern = { ignoreCase: true, negate: false };
    assert.deepEqual(outbound[0], {
      name: "location",
      syntax: "ecmascript",
      preCondition: null,
      target: { kind: "header", name: "location" },
      match: { ...pattern, pattern: "^http://([^/]+)" },
      grouping: "all",
      captures: "all",
      conditions: [],
      value: "https://{Hosts:{R:1}}",
      replace: true,
      stop: false,
    });
    assert.deepEqual(outbound[1]?.preCondition, {
      name: "html",
      syntax: "ecmascript",
      grouping: "any",
      captures: "all",
      conditions: [{ ...pattern, input: "{RESPONSE_CONTENT_TYPE}", pattern: "^text/html" }],
    });
    assert.deepEqual(
      outbound.map(({ target }) => target),
      [
        { kind: "header", name: "location" },
        {
          kind: "tags",
          occurrences: 0,
          attributes: [
            { tag: "img", attribute: "src" },
            { tag: "img", attribute: "longdesc" },
            { tag: "img", attribute: "usemap" },
            { tag: "div", attribute: "data-url" },
          ],
        },
        { kind: "body", occurrences: 2 },
        { kind: "status" },
      ],
    );
  });
});
