import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { certificate, privateKey } from "./certificates.fixture.ts";
import { interpret, type Interpretation } from "./interpret.ts";
import { problemLine } from "./problem.ts";

const base = `listen: [{ port: 80 }]
servers: { a: a.local }
farms: { app: { servers: [a] }, mail: { servers: [a] } }
routes: [{ farm: app }, { path: /mail, farm: mail }]
`;

function read(text: string, around = base): Interpretation {
  const files = new Map([["mail.pem", { ok: true, bytes: Buffer.from(certificate + privateKey) } as const]]);
  return interpret(`${around}${text}\n`, "f.yaml", {}).resolve({ files, env: {}, now: Date.UTC(2030, 0) });
}

/** "…" stands for more, which other tests are about. */
function assertSaid(said: readonly string[], expected: readonly string[]): void {
  const shown = said.map((line, index) => {
    const wanted = expected[index] ?? "";
    const [start = "", end] = wanted.split("…");
    return end !== undefined && line.startsWith(start) && line.endsWith(end) ? wanted : line;
  });
  assert.deepEqual(shown, expected);
}

type Case = readonly [title: string, rules: string, said: readonly string[]];

const wrong: readonly Case[] = [
  [
    "a farm that is not there",
    `rules:
  - { name: r, farm: maill }
  - { name: off, enabled: false, farm: ap }`,
    [
      'f.yaml:6:22: rules.0.farm: "maill" is not a farm; did you mean "mail"? write the name of one under `farms` (there are app, mail)',
      'f.yaml:7:40: rules.1.farm: "ap" is not a farm; did you mean "app"? write the name of one under `farms` (there are app, mail)',
    ],
  ],
  [
    "a rewrite map that is not there",
    `rewriteMaps: { Farms: { entries: { a: app } } }
rules: [{ name: r, farm: "{Farm:{HTTP_HOST}}", set: { A: "{ToLowr:{R:0}}" } }]`,
    [
      'f.yaml:6:26: rules.0.farm: {Farm:…} is no function and no rewrite map: write one under `rewriteMaps` (there are Farms); did you mean "Farms"?',
      'f.yaml:6:58: rules.0.set.A: {ToLowr:…} is no function and no rewrite map: write one under `rewriteMaps` (there are Farms); did you mean "ToLower"?',
    ],
  ],
  [
    "a function and no map at all",
    `rules: [{ name: r, farm: "{Lookup:{HTTP_HOST}}" }]`,
    [
      "f.yaml:5:26: rules.0.farm: {Lookup:…} is no function and no rewrite map: write one under `rewriteMaps` (there are none yet)",
    ],
  ],
  [
    "a group that is not there",
    `rules:
  - { name: two, path: "^a(.)(.)", farm: app, rewrite: "/{R:3}", stop: true }
  - { name: none, path: "^a", farm: app, rewrite: "/{R:1}", stop: true }
  - { name: wildcard, syntax: wildcard, path: "a?*", redirect: "/{R:2}" }`,
    [
      `f.yaml:6:56: rules.0.rewrite: {R:3} is of a group that is not there: the rule's pattern has 2 groups (put "( )" around what is meant)`,
      `f.yaml:7:51: rules.1.rewrite: {R:1} is of a group that is not there: the rule's pattern has no group, only {R:0} (put "( )" around what is meant)`,
      `f.yaml:8:64: rules.2.redirect: {R:2} is of a group that is not there: the rule's pattern has one group (put "( )" around what is meant)`,
    ],
  ],
  [
    "a group of conditions that is not there",
    `rules:
  - name: last
    conditions: [{ input: "{URL}", pattern: "(a)(b)" }, { input: "{HTTPS}", pattern: "(on)" }]
    redirect: /{C:3}
    https: true
  - name: all
    captures: all
    conditions: [{ input: "{URL}", pattern: "(a)(b)" }, { input: "{HTTPS}", pattern: "(on)" }]
    respond: { status: 200, reason: "{C:3}", body: "{C:4}" }
  - name: without
    set: { A: "{R:1}" }`,
    [
      'f.yaml:8:15: rules.0.redirect: {C:3} is of a group that is not there: the conditions before it have 2 groups (put "( )" around what is meant)',
      'f.yaml:13:52: rules.1.respond.body: {C:4} is of a group that is not there: the conditions before it have 3 groups (put "( )" around what is meant)',
      `f.yaml:15:15: rules.2.set.A: {R:1} is of a group that is not there: the rule's pattern has no group, only {R:0} (put "( )" around what is meant)`,
    ],
  ],
  [
    "references without what belongs to them",
    `rewriteMaps: { M: {}, x-y: {} }
rules:
  - { name: r, set: { A: "{M}", B: "{x-y}", C: "{ToLower}", D: "{R}", E: "{C1}", F: "{R:x}" } }`,
    [
      "f.yaml:7:26: rules.0.set.A: {M} is a rewrite map without a key: write what is looked up, such as {M:{REQUEST_URI}}",
      "f.yaml:7:36: rules.0.set.B: {x-y} is a rewrite map without a key: write what is looked up, such as {x-y:{REQUEST_URI}}",
      "f.yaml:7:48: rules.0.set.C: {ToLower} is a function without a text: write {ToLower:{R:1}}",
      "f.yaml:7:64: rules.0.set.D: {R} is no variable: write {R:1} for what a group has matched",
      "f.yaml:7:74: rules.0.set.E: {C1} is no variable: write {C:1} for what a group has matched",
      "f.yaml:7:85: rules.0.set.F: {R:…} needs the number of a group: write one such as {R:1}",
    ],
  ],
  [
    "patterns",
    String.raw`rules:
  - { name: group, path: "^(a", farm: app, stop: true }
  - { name: star, path: "*", farm: app, stop: true }
  - { name: dotnet, path: "(?i)a", farm: app, stop: true }
  - { name: start, path: '\Aowa', farm: app, stop: true }
  - { name: slow, path: '^(a+)+\1$', farm: app, stop: true }
  - { name: condition, conditions: [{ input: "{URL}", pattern: "[" }], farm: app, stop: true }
  - { name: empty, path: "", farm: app, stop: true }`,
    [
      `f.yaml:6:26: rules.0.path: "^(a" can't be used: …`,
      'f.yaml:7:25: rules.1.path: "*" can\'t be used: …; where * stands for any text, write `syntax: wildcard` in this rule',
      `f.yaml:8:27: rules.2.path: "(?i)a" can't be used: …`,
      'f.yaml:9:26: rules.3.path: "\\\\Aowa" can\'t be used: …',
      'f.yaml:10:25: rules.4.path: "^(a+)+\\\\1$" can\'t be used: …',
      `f.yaml:11:64: rules.5.conditions.0.pattern: "[" can't be used: …`,
      `f.yaml:12:26: rules.6.path: "" is not a pattern: write a pattern in the rule's syntax, such as "^owa(/.*)?$"`,
    ],
  ],
  [
    "actions",
    `rules:
  - { name: two, farm: app, redirect: /x }
  - { name: three, rewrite: /x, respond: { status: 403 }, abort: true }
  - { name: status, farm: app, status: 302, stop: true }
  - { name: query, farm: app, appendQuery: false, stop: true }
  - { name: off, abort: false }`,
    [
      "f.yaml:6:5: rules.0: a rule has one action, this one has farm and redirect: leave one, or make two rules of it",
      "f.yaml:7:5: rules.1: a rule has one action, this one has rewrite and respond and abort: leave one, or make two rules of it",
      "f.yaml:8:40: rules.2.status: only a redirect has a status here: leave it out, or write it in `respond`",
      'f.yaml:9:44: rules.3.appendQuery: without `rewrite` or `redirect` path and query stay as they came: leave it out, or write rewrite: "/{R:0}" as well',
      "f.yaml:10:25: rules.4.abort: false is not an action: write abort: true, or leave the key out",
    ],
  ],
  [
    "URLs where none belong, and URLs that are none",
    `rules:
  - { name: https, rewrite: "https://app/{R:0}" }
  - { name: with farm, farm: app, rewrite: "HTTP://app/{R:0}" }
  - { name: slashes, rewrite: //app/x }
  - { name: captured, rewrite: "{SERVER_PROTOCOL}://app/x" }
  - { name: redirect, path: ^a$, redirect: "https:/{HTTP_HOST}/" }`,
    [
      'f.yaml:6:29: rules.0.rewrite: "https://app/{R:0}" is a URL: write the farm in `farm`, and here the path alone, such as "/{R:0}"',
      'f.yaml:7:44: rules.1.rewrite: "HTTP://app/{R:0}" is a URL: write the farm in `farm`, and here the path alone, such as "/{R:0}"',
      'f.yaml:8:31: rules.2.rewrite: "//app/x" is a URL: write the farm in `farm`, and here the path alone, such as "/{R:0}"',
      'f.yaml:9:32: rules.3.rewrite: "{SERVER_PROTOCOL}://app/x" is a URL: write the farm in `farm`, and here the path alone, such as "/{R:0}"',
      'f.yaml:10:44: rules.4.redirect: "https:/{HTTP_HOST}/" is no URL: write https:// and the host, or a path such as "/owa/"',
    ],
  ],
  [
    "names twice",
    `rules:
  - { name: Owa, path: ^owa, farm: app, stop: true }
  - { name: oWA, path: ^ews, farm: app, stop: true }`,
    ['f.yaml:7:13: rules.1.name: "oWA" is the name of the rule in line 6 already: give this one another'],
  ],
  [
    "hosts",
    `rules:
  - { name: a, host: "mail*", farm: app, stop: true }
  - { name: b, host: "https://mail.x", farm: app, stop: true }
  - { name: c, host: "mail.x:443", farm: app, stop: true }
  - { name: d, host: "*", farm: app, stop: true }
  - { name: e, host: mail.x/owa, farm: app, stop: true }
  - { name: f, host: "", farm: app, stop: true }`,
    [
      'f.yaml:6:22: rules.0.host: "mail*" is not a host name: a wildcard is only allowed as the whole first part…',
      'f.yaml:7:22: rules.1.host: "https://mail.x" is not a host name: write the name alone, without https://',
      'f.yaml:8:22: rules.2.host: "mail.x:443" is not a host name: leave the port out, a route matches all ports',
      'f.yaml:9:22: rules.3.host: "*" is not a host name: leave `host` out for any host',
      'f.yaml:10:22: rules.4.host: "mail.x/owa" is not a host name: write the path in `path`',
      'f.yaml:11:22: rules.5.host: "" is not a host name: write a host name, *.domain or name.*',
    ],
  ],
  [
    "headers and variables",
    `rules:
  - name: r
    set:
      HTTP_CONTENT_LENGTH: "1"
      http-connection: close
      HTTP_TRANSFER_ENCODING: ""
      "HTTP X": x
      1A: x
      HTTP_: x
      "": x
      HTTP_URL: /x
      RESPONSE_SERVER: ""
      HTTP_X_A: "1"
      http-x-a: "2"
      HTTP_HOST: { value: "https://app.local" }`,
    [
      `f.yaml:8:7: rules.0.set.HTTP_CONTENT_LENGTH: "HTTP_CONTENT_LENGTH" can't be set: how the request is carried is the router's own matter`,
      `f.yaml:9:7: rules.0.set.http-connection: "http-connection" can't be set: how the request is carried is the router's own matter`,
      `f.yaml:10:7: rules.0.set.HTTP_TRANSFER_ENCODING: "HTTP_TRANSFER_ENCODING" can't be set: how the request is carried is the router's own matter`,
      'f.yaml:11:7: rules.0.set."HTTP X": "HTTP X" is not a name: write letters, digits and _, such as HTTP_X_NAME',
      'f.yaml:12:7: rules.0.set.1A: "1A" is not a name: write letters, digits and _, such as HTTP_X_NAME',
      'f.yaml:13:7: rules.0.set.HTTP_: "HTTP_" is not a name: write letters, digits and _, such as HTTP_X_NAME',
      'f.yaml:14:7: rules.0.set."": "" is not a name: write letters, digits and _, such as HTTP_X_NAME',
      `f.yaml:15:7: rules.0.set.HTTP_URL: "HTTP_URL" can't be set: it is no header, and says what the client has sent`,
      "f.yaml:16:7: rules.0.set.RESPONSE_SERVER: \"RESPONSE_SERVER\" can't be set here: write an outbound rule, with the header's name in `header`",
      'f.yaml:18:7: rules.0.set.http-x-a: "http-x-a" is the same as "HTTP_X_A": leave one of the two out',
      'f.yaml:19:27: rules.0.set.HTTP_HOST.value: "https://app.local" is no host: write a name, with a port or without, such as app.local:8080',
    ],
  ],
  [
    "kinds of values",
    `rules:
  - name: 5
    syntax: regex
    host: [a]
    https: on
    path: 7
    conditions: {}
    match: some
    captures: 3
    set: []
    farm: 6
    status: 300
    appendQuery: 1
    stop: "yes"
  - { name: pattern, path: { patern: a }, farm: app }
  - { name: set, set: { A: 1, B: { replace: false }, C: { value: 1 } } }
  - name: conditions
    conditions: [{ pattern: x }, { input: "{URL}" }, { input: "", pattern: x, matchType: isFile }, x]
  - { name: respond, respond: 403 }
  - just a text`,
    [
      "f.yaml:6:11: rules.0.name: 5 is not a name: write a name that says what the rule does",
      'f.yaml:7:13: rules.0.syntax: "regex" is not one of ecmascript, wildcard, exact',
      "f.yaml:8:11: rules.0.host: a list is not a host name: write a host name, *.domain or name.*",
      'f.yaml:9:12: rules.0.https: "on" is not a switch: write true or false',
      'f.yaml:10:11: rules.0.path: 7 is not a pattern: write a text such as "^owa(/.*)?$", or { pattern, ignoreCase, negate }',
      'f.yaml:11:17: rules.0.conditions: a map is not a list of conditions: write a list such as [{ input: "{HTTP_HOST}", pattern: "^mail\\." }]',
      'f.yaml:12:12: rules.0.match: "some" is not one of all, any',
      "f.yaml:13:15: rules.0.captures: 3 is not one of last, all",
      'f.yaml:14:10: rules.0.set: a list is not a map: write names and values, such as { HTTP_X_NAME: "{REMOTE_ADDR}" }',
      'f.yaml:15:11: rules.0.farm: 6 is not a text: write a text, in which "{R:1}", "{C:1}" and "{HTTP_HOST}" stand for values',
      "f.yaml:16:13: rules.0.status: 300 is not one of 301, 302, 303, 307, 308",
      "f.yaml:17:18: rules.0.appendQuery: 1 is not a switch: write true or false",
      'f.yaml:18:11: rules.0.stop: "yes" is not a switch: write true or false',
      `f.yaml:19:22: rules.1.path.pattern: missing: write a pattern in the rule's syntax, such as "^owa(/.*)?$"`,
      'f.yaml:19:30: rules.1.path.patern: "patern" is not a key here; did you mean "pattern"? allowed here are pattern, ignoreCase, negate',
      'f.yaml:20:28: rules.2.set.A: 1 is not a value: write a text such as "{REMOTE_ADDR}", or { value, replace: false }',
      'f.yaml:20:31: rules.2.set.B.value: missing: write a text in quotes, such as "1" or "{HTTP_HOST}"',
      'f.yaml:20:66: rules.2.set.C.value: 1 is not a text: write a text in quotes, such as "1" or "{HTTP_HOST}"',
      'f.yaml:22:18: rules.3.conditions.0.input: missing: write a text, in which "{R:1}", "{C:1}" and "{HTTP_HOST}" stand for values',
      `f.yaml:22:34: rules.3.conditions.1.pattern: missing: write a pattern in the rule's syntax, such as "^owa(/.*)?$"`,
      'f.yaml:22:63: rules.3.conditions.2.input: "" is not a text: write a text, in which "{R:1}", "{C:1}" and "{HTTP_HOST}" stand for values',
      'f.yaml:22:79: rules.3.conditions.2.matchType: "matchType" is not a key here: allowed are input, pattern, ignoreCase, negate',
      'f.yaml:22:100: rules.3.conditions.3: "x" is not a map: write below it one or more of input, pattern, ignoreCase, negate',
      "f.yaml:23:31: rules.4.respond: 403 is not a map: write below it one or more of status, reason, body",
      'f.yaml:24:5: rules.5: "just a text" is not a map: write below it one or more of name…',
    ],
  ],
  [
    "answers",
    `rules:
  - { name: a, path: a, respond: { status: 204 } }
  - { name: b, path: b, respond: { status: 99, reason: 1, body: 2 } }
  - { name: c, path: c, respond: {} }`,
    [
      "f.yaml:6:44: rules.0.respond.status: 204 is not a status: write a number from 200 to 599, but 204, 205 and 304",
      "f.yaml:7:44: rules.1.respond.status: 99 is not a status: write a number from 200 to 599, but 204, 205 and 304",
      'f.yaml:7:56: rules.1.respond.reason: 1 is not a text: write a text in quotes, such as "1" or "{HTTP_HOST}"',
      'f.yaml:7:65: rules.1.respond.body: 2 is not a text: write a text in quotes, such as "1" or "{HTTP_HOST}"',
      "f.yaml:8:25: rules.2.respond.status: missing: write a number from 200 to 599, but 204, 205 and 304",
    ],
  ],
  [
    "unknown keys",
    `rules:
  - { nam: r, farms: app, stopProcessing: true }`,
    [
      "f.yaml:6:5: rules.0.name: missing: write a name that says what the rule does",
      'f.yaml:6:7: rules.0.nam: "nam" is not a key here; did you mean "name"? allowed here are name…',
      'f.yaml:6:15: rules.0.farms: "farms" is not a key here; did you mean "farm"? allowed here are name…',
      'f.yaml:6:27: rules.0.stopProcessing: "stopProcessing" is not a key here: allowed are name…',
    ],
  ],
  ["no list", `rules: { name: r, farm: app }`, ['f.yaml:5:8: rules: a map is not a list: begin each entry with "- "']],
  [
    "rewrite maps",
    `rewriteMaps:
  M: { entries: { a: 1 }, default: 2 }
  m: {}
  "a:b": {}
  R: {}
  tolower: {}
  ' "x"': {}
  N: []
  O: { entry: {} }`,
    [
      'f.yaml:6:22: rewriteMaps.M.entries.a: 1 is not a text: write a text in quotes, such as "1" or "{HTTP_HOST}"',
      'f.yaml:6:36: rewriteMaps.M.default: 2 is not a text: write a text in quotes, such as "1" or "{HTTP_HOST}"',
      'f.yaml:7:3: rewriteMaps.m: "m" is the name of the map in line 6 already: give this one another',
      'f.yaml:8:3: rewriteMaps."a:b": "a:b" is no name that a rule could use: write letters, digits, spaces, -, _ and dots',
      'f.yaml:9:3: rewriteMaps.R: "R" is no name that a rule could use: rules have something else of this name',
      'f.yaml:10:3: rewriteMaps.tolower: "tolower" is no name that a rule could use: rules have something else of this name',
      'f.yaml:11:3: rewriteMaps." \\"x\\"": " \\"x\\"" is no name that a rule could use: write letters, digits, spaces, -, _ and dots',
      "f.yaml:12:6: rewriteMaps.N: a list is not a map: write below it one or more of default, ignoreCase, entries",
      'f.yaml:13:8: rewriteMaps.O.entry: "entry" is not a key here: allowed are default, ignoreCase, entries',
    ],
  ],
  [
    "templates in rules that are switched off",
    `rules: [{ name: off, enabled: false, path: ^a, redirect: "/{R:1}" }]`,
    [
      `f.yaml:5:58: rules.0.redirect: {R:1} is of a group that is not there: the rule's pattern has no group, only {R:0} (put "( )" around what is meant)`,
    ],
  ],
];

const warned: readonly Case[] = [
  [
    "what is always empty",
    `rules:
  - name: r
    path: { pattern: "^a(.)", negate: true }
    conditions: [{ input: "{C:1}", pattern: "^$" }]
    farm: app
    rewrite: "/{R:1}"
    stop: true
  - name: negated
    conditions: [{ input: "{URL}", pattern: "(a)", negate: true }]
    respond: { status: 200, body: "{C:1}" }`,
    [
      "f.yaml:8:27: rules.0.conditions.0.input: {C:1} is always empty here: no condition before it captures anything",
      "f.yaml:10:14: rules.0.rewrite: {R:1} is always empty here: a pattern that is negated captures nothing",
      "f.yaml:14:35: rules.1.respond.body: {C:1} is always empty here: no condition before it captures anything",
    ],
  ],
  [
    "variables",
    `rules:
  - name: r
    set: { MINE: "{REMOTE_ADR} {LOGON_USER} {min} {RESPONSE_STATUS}", A: "{MINE} {mine} {HTTP_ANYTHING} {http-user-agent}" }`,
    [
      'f.yaml:7:18: rules.0.set.MINE: {REMOTE_ADR} is empty: it is no server variable, and no rule sets it; did you mean "REMOTE_ADDR"?',
      "f.yaml:7:18: rules.0.set.MINE: {LOGON_USER} is empty: IIS has it, but a router can't know it",
      'f.yaml:7:18: rules.0.set.MINE: {MIN} is empty: it is no server variable, and no rule sets it; did you mean "MINE"?',
      "f.yaml:7:18: rules.0.set.MINE: {RESPONSE_STATUS} is empty: rules are tried before there is a response, write an outbound rule",
    ],
  ],
  [
    "references that are text",
    `rules:
  - { name: r, set: { A: "{ HTTP_HOST }", B: "/{R:1", C: '{"json": "{URL}", "x": {}}' } }`,
    [
      'f.yaml:6:26: rules.0.set.A: "{ HTTP_HOST" is text here and stands for nothing: write it without spaces, and close it with "}"',
      'f.yaml:6:46: rules.0.set.B: "{R:1" is text here and stands for nothing: write it without spaces, and close it with "}"',
    ],
  ],
  [
    "inputs that are text",
    `rules:
  - name: r
    conditions:
      - { input: HTTP_HOST, pattern: "^mail" }
      - { input: Mine, pattern: a }
      - { input: mail.x, pattern: "^mail" }
      - { input: "x{Mine}", pattern: "^x" }
    set: { Mine: "1" }`,
    [
      'f.yaml:8:18: rules.0.conditions.0.input: "HTTP_HOST" is the same text for every request: write "{HTTP_HOST}"',
      'f.yaml:9:18: rules.0.conditions.1.input: "Mine" is the same text for every request: write "{Mine}"',
      'f.yaml:10:18: rules.0.conditions.2.input: "mail.x" is the same text for every request: write what is to be compared, such as "{HTTP_HOST}"',
    ],
  ],
  [
    "paths that there can't be",
    String.raw`rules:
  - { name: slash, path: ^/owa, farm: app, stop: true }
  - { name: escaped, path: { pattern: '^(\/owa)$', negate: true }, farm: app, stop: true }
  - { name: wildcard, syntax: wildcard, path: /owa*, farm: app, stop: true }
  - { name: exact, syntax: exact, path: /owa, farm: app, stop: true }
  - { name: scheme, path: "^https?://mail", farm: app, stop: true }
  - { name: query, path: 'index\.php\?id=(\d+)', farm: app, rewrite: "/{R:1}", stop: true }
  - { name: star, syntax: wildcard, path: "index.php?id=*", farm: app, stop: true }
  - { name: escape, path: "a%20b", farm: app, stop: true }`,
    [
      'f.yaml:6:26: rules.0.path: "^/owa" matches no path: they are compared without the "/" at their beginning, leave it out',
      'f.yaml:7:39: rules.1.path.pattern: "^(\\\\/owa)$" matches no path: they are compared without the "/" at their beginning, leave it out',
      'f.yaml:8:47: rules.2.path: "/owa*" matches no path: they are compared without the "/" at their beginning, leave it out',
      'f.yaml:9:41: rules.3.path: "/owa" matches no path: they are compared without the "/" at their beginning, leave it out',
      'f.yaml:10:27: rules.4.path: "^https?://mail" matches no path: the host is not a part of it, write it in `host`',
      'f.yaml:11:26: rules.5.path: "index\\\\.php\\\\?id=(\\\\d+)" matches no path: the query is not a part of it, write a condition on {QUERY_STRING}',
      'f.yaml:12:43: rules.6.path: "index.php?id=*" matches no path: the query is not a part of it, write a condition on {QUERY_STRING}',
      'f.yaml:13:27: rules.7.path: "a%20b" matches no path: they are compared decoded, write the character itself in the place of its escape',
    ],
  ],
  [
    "regular expressions in other syntaxes",
    String.raw`rules:
  - { name: a, syntax: wildcard, path: '^owa', farm: app, stop: true }
  - { name: b, syntax: exact, path: 'owa\.asmx', farm: app, stop: true }
  - { name: c, syntax: wildcard, conditions: [{ input: "{HTTP_HOST}", pattern: "mail.(.*)" }], farm: app, stop: true }`,
    [
      'f.yaml:6:40: rules.0.path: "^owa" looks like a regular expression in a rule with `syntax: wildcard`, where only * and ? stand for something: write `syntax: ecmascript`, or another pattern',
      'f.yaml:7:37: rules.1.path: "owa\\\\.asmx" looks like a regular expression in a rule with `syntax: exact`, where it stands for itself: write `syntax: ecmascript`, or another pattern',
      'f.yaml:8:80: rules.2.conditions.0.pattern: "mail.(.*)" looks like a regular expression in a rule with `syntax: wildcard`, where only * and ? stand for something: write `syntax: ecmascript`, or another pattern',
    ],
  ],
  [
    "conditions that never hold",
    String.raw`rules:
  - name: r
    conditions:
      - { input: "{HTTP_HOST}", pattern: "^https://mail" }
      - { input: "{HTTP_HOST}", pattern: '^mail\.x:443$' }
      - { input: "{HTTPS}", pattern: "^true$" }
      - { input: "{https}", pattern: "^ON$", ignoreCase: false }
      - { input: "{SERVER_PORT_SECURE}", pattern: "on", negate: true }
      - { input: "{URL}", pattern: "^owa" }
      - { input: "{REQUEST_URI}", pattern: "^owa/(.*)" }
      - { input: "{QUERY_STRING}", pattern: '^\?a=1' }
    farm: app
    stop: true`,
    [
      'f.yaml:8:42: rules.0.conditions.0.pattern: "^https://mail" never matches {HTTP_HOST}, which is a name, and a port if one was sent: leave out all else',
      'f.yaml:9:42: rules.0.conditions.1.pattern: "^mail\\\\.x:443$" never matches {HTTP_HOST} of most clients, which leave the usual port out: write (:\\d+)?$ in its place, or compare {SERVER_NAME}',
      'f.yaml:10:38: rules.0.conditions.2.pattern: "^true$" never matches {HTTPS}, which is on or off',
      'f.yaml:11:38: rules.0.conditions.3.pattern: "^ON$" never matches {HTTPS}, which is on or off',
      'f.yaml:12:51: rules.0.conditions.4.pattern: "on" never matches {SERVER_PORT_SECURE}, which is 1 or 0',
      'f.yaml:13:36: rules.0.conditions.5.pattern: "^owa" never matches {URL}, which begins with "/": write it into the pattern',
      'f.yaml:14:44: rules.0.conditions.6.pattern: "^owa/(.*)" never matches {REQUEST_URI}, which begins with "/": write it into the pattern',
      'f.yaml:15:45: rules.0.conditions.7.pattern: "^\\\\?a=1" never matches {QUERY_STRING}, which has no "?" at its beginning: leave it out',
    ],
  ],
  [
    "a query that would be there twice",
    `rules:
  - { name: redirect, https: false, path: ^a, redirect: "https://{HTTP_HOST}{REQUEST_URI}" }
  - { name: rewrite, path: ^b, rewrite: "{UNENCODED_URL}" }
  - { name: old, path: ^c, rewrite: "/x?old={QUERY_STRING}" }`,
    [
      "f.yaml:6:57: rules.0.redirect: the query would be there twice: {REQUEST_URI} has it, and it is put behind the URL as well; write `appendQuery: false`",
      "f.yaml:7:41: rules.1.rewrite: the query would be there twice: {UNENCODED_URL} has it, and it is put behind the URL as well; write `appendQuery: false`",
      "f.yaml:8:37: rules.2.rewrite: the query would be there twice: {QUERY_STRING} has it, and it is put behind the URL as well; write `appendQuery: false`",
    ],
  ],
  [
    "a redirect without a scheme",
    `rules:
  - { name: a, path: ^a$, redirect: "{HTTP_HOST}/owa" }
  - { name: b, path: ^b$, redirect: www.example.com/b }`,
    [
      'f.yaml:6:37: rules.0.redirect: "{HTTP_HOST}/owa" is a path of the same site, since it has no scheme: write "https://{HTTP_HOST}/owa" for another one',
      'f.yaml:7:37: rules.1.redirect: "www.example.com/b" is a path of the same site, since it has no scheme: write "https://www.example.com/b" for another one',
    ],
  ],
  [
    "a rule that does nothing",
    `rules: [{ name: a, path: ^a }]`,
    [
      "f.yaml:5:9: rules.0: this rule does nothing: write `farm`, `rewrite`, `redirect`, `respond` or `abort`, or `stop: true` where the routes are to decide",
    ],
  ],
  [
    "redirects that lead to themselves",
    `rules:
  - { name: root, path: "^(?!api)", redirect: /owa/ }
  - { name: port, host: a.x, path: "^api", https: false, redirect: "http://{HTTP_HOST}/{R:0}" }`,
    [
      "f.yaml:6:47: rules.0.redirect: who asks for http://www.example.test/owa/ is sent to it again, without end: say by `https`, `path` or conditions what the rule is for, or let one before it stop there",
    ],
  ],
  [
    "redirects that lead from one to the other",
    `rules:
  - { name: with, path: "^(.*[^/])$", redirect: "/{R:1}/" }
  - { name: there, path: "^old/$", redirect: /new/ }
  - { name: back, path: "^new/$", redirect: /old/ }`,
    [
      "f.yaml:7:46: rules.1.redirect: who asks for http://www.example.test/new/ is sent to it again, without end: say by `https`, `path` or conditions what the rule is for, or let one before it stop there",
      "f.yaml:8:45: rules.2.redirect: who asks for http://www.example.test/old/ is sent to it again, without end: say by `https`, `path` or conditions what the rule is for, or let one before it stop there",
    ],
  ],
  [
    "rules behind one that takes everything",
    `rules:
  - { name: all, syntax: wildcard, path: "*", farm: app, stop: true }
  - { name: a, farm: mail }
  - { name: b, path: ^x, abort: true }
  - { name: c, path: ^x, abort: true }`,
    [
      'f.yaml:7:5: rules.1: no request comes to this rule, nor to the 2 behind it: "all" before it takes all of them and ends the rules; change their order, or say in "all" what it is for',
    ],
  ],
  [
    "the last rule behind one that answers everything",
    `rules:
  - { name: all, respond: { status: 503 } }
  - { name: a, farm: mail }`,
    [
      'f.yaml:7:5: rules.1: no request comes to this rule: "all" before it takes all of them and ends the rules; change their order, or say in "all" what it is for',
    ],
  ],
  [
    "rules behind one that takes everything of their host",
    `rules:
  - { name: x, host: "*.x", redirect: "https://www.y/" }
  - { name: a, host: a.x, path: ^a, farm: mail, stop: true }
  - { name: b, host: a.x.y, path: ^a, farm: mail, stop: true }`,
    [
      'f.yaml:7:5: rules.1: no request comes to this rule: "x" before it takes all of them and ends the rules; change their order, or say in "x" what it is for',
    ],
  ],
  [
    "a rule without stop before a catch-all",
    `rules:
  - { name: owa, path: "^owa(/.*)?$", farm: mail }
  - { name: rest, syntax: wildcard, path: "*", farm: app }`,
    [
      'f.yaml:6:5: rules.0: what this rule sends to a farm goes on to the rule "rest", which matches all of it and has the last word: write `stop: true` here, or change their order',
    ],
  ],
  [
    "the same, host by host",
    `rules:
  - { name: a, host: a.x, path: ^owa, farm: mail }
  - { name: b, host: "*.x", farm: app }`,
    [
      'f.yaml:6:5: rules.0: what this rule sends to a farm goes on to the rule "b", which matches all of it and has the last word: write `stop: true` here, or change their order',
    ],
  ],
  [
    "the same, and both have the condition",
    String.raw`rules:
  - { name: a, path: ^owa, conditions: [{ input: "{HTTP_HOST}", pattern: '^a\.x$' }], farm: mail }
  - { name: b, conditions: [{ input: "{HTTP_HOST}", pattern: '^a\.x$' }], rewrite: "/b{URL}" }`,
    [
      'f.yaml:6:5: rules.0: what this rule sends to a farm goes on to the rule "b", which matches all of it and has the last word: write `stop: true` here, or change their order',
    ],
  ],
  [
    "keys that are the same but for capitals",
    `rewriteMaps:
  M: { entries: { /a: x, /A: y } }
  strict: { ignoreCase: false, entries: { /a: x, /A: y } }`,
    [
      'f.yaml:6:30: rewriteMaps.M.entries."/A": "/a" before it is the same but for capitals, and is the one that counts: leave one out, or write `ignoreCase: false`',
    ],
  ],
];

const silent: readonly (readonly [title: string, rules: string])[] = [
  ["stop", `rules: [{ name: a, path: ^owa, farm: mail, stop: true }, { name: b, farm: app }]`],
  ["another host behind", `rules: [{ name: a, host: a.x, path: ^owa, farm: mail }, { name: b, host: b.x, farm: app }]`],
  [
    "any host of another rule before",
    `rules: [{ name: a, path: ^owa, farm: mail }, { name: b, host: b.x, farm: app }]`,
  ],
  [
    "one more condition behind",
    `rules: [{ name: a, path: ^owa, farm: mail }, { name: b, conditions: [{ input: "{HTTP_X}", pattern: a }], farm: app }]`,
  ],
  ["only with TLS behind", `rules: [{ name: a, path: ^owa, farm: mail }, { name: b, https: true, farm: app }]`],
  [
    "any of two conditions before",
    `rules:
  - { name: a, match: any, conditions: [{ input: "{HTTP_X}", pattern: a }, { input: "{HTTP_Y}", pattern: a }], farm: mail }
  - { name: b, conditions: [{ input: "{HTTP_X}", pattern: a }], farm: app }`,
  ],
  ["no action behind", `rules: [{ name: a, path: ^owa, farm: mail }, { name: b, set: { A: "1" } }]`],
  [
    "no action, but an end, before the catch-all",
    `rules: [{ name: a, path: ^owa, farm: mail }, { name: b, path: ".*", conditions: [], set: { A: "1" } }]`,
  ],
  [
    "the same farm behind",
    `rules: [{ name: a, path: ^owa, set: { HTTP_X: "1" }, farm: mail }, { name: b, farm: mail }]`,
  ],
  ["switched off behind", `rules: [{ name: a, path: ^owa, farm: mail }, { name: b, enabled: false, farm: app }]`],
  ["a narrower path behind", `rules: [{ name: a, path: ^owa, farm: mail }, { name: b, path: ".+", farm: app }]`],
  [
    "a catch-all without stop before others",
    `rules: [{ name: a, set: { HTTP_X: "1" } }, { name: b, farm: app, stop: true }]`,
  ],
  [
    "a host that a rule between changes",
    `rules:
  - { name: a, host: a.x, farm: app, stop: true }
  - { name: b, set: { HTTP_HOST: a.x } }
  - { name: c, host: a.x, farm: mail, stop: true }`,
  ],
  [
    "paths that look odd and are none",
    String.raw`rules:
  - { name: a, path: "^/?owa", farm: app, stop: true }
  - { name: b, path: '^([^\?]*)\??$', farm: app, stop: true }
  - { name: c, syntax: wildcard, path: "ow?/*.aspx", farm: app, stop: true }
  - { name: d, syntax: wildcard, conditions: [{ input: "{HTTP_HOST}", pattern: "mail.*" }], farm: app, stop: true }
  - { name: e, conditions: [{ input: "{HTTP_HOST}", pattern: '^mail\.x(:443)?$' }, { input: "{QUERY_STRING}", pattern: "^$" }], farm: app, stop: true }`,
  ],
  [
    "a variable that a rule sets to something else",
    `rules: [{ name: a, set: { HTTPS: "yes" } }, { name: b, conditions: [{ input: "{HTTPS}", pattern: "yes" }], farm: app, stop: true }]`,
  ],
  [
    "a query that is there once",
    `rules:
  - { name: a, path: ^a, rewrite: "/x{REQUEST_URI}", appendQuery: false }
  - { name: b, path: ^b, rewrite: "/x?q={UrlEncode:{QUERY_STRING}}" }
  - { name: c, path: ^c, rewrite: "/x?q={QUERY_STRING}", appendQuery: true }`,
  ],
  [
    "redirects that come to an end",
    `rules:
  - { name: https, https: false, path: "(.*)", redirect: "https://{HTTP_HOST}/{R:1}" }
  - { name: owa, path: ^owa, farm: mail, stop: true }
  - { name: root, redirect: /owa/ }`,
  ],
  ["a redirect to another site", `rules: [{ name: a, redirect: "https://www.example.com/" }]`],
  [
    "a redirect to https where another proxy says whether it is",
    `rules:
  - name: a
    conditions: [{ input: "{HTTP_X_FORWARDED_PROTO}", pattern: "^https$", negate: true }]
    redirect: "http://{HTTP_HOST}{REQUEST_URI}"
    appendQuery: false`,
  ],
];

describe("a wrong rule", () => {
  for (const [title, rules, said] of wrong) {
    it(`is told with place, value and remedy: ${title}`, () => {
      const result = read(rules);
      assert.ok(!result.ok, "it was accepted");
      assertSaid(result.problems.map(problemLine), said);
    });
  }
});

describe("a rule that is allowed but hardly meant", () => {
  for (const [title, rules, said] of warned) {
    it(`is warned about: ${title}`, () => {
      const result = read(rules);
      assert.ok(result.ok, JSON.stringify(result));
      assertSaid(result.warnings.map(problemLine), said);
    });
  }

  it("is warned about: a redirect to https that is for https, too", () => {
    const around = base.replace("{ port: 80 }", "{ port: 443, certificates: [mail.pem] }");
    const result = read('rules: [{ name: a, redirect: "https://{HTTP_HOST}/{R:0}" }]', around);
    assert.deepEqual(result.warnings.map(problemLine), [
      "f.yaml:5:30: rules.0.redirect: who asks for https://www.example.test/ is sent to it again, without end: say by `https`, `path` or conditions what the rule is for, or let one before it stop there",
    ]);
  });

  it("is warned about: a farm whose route is for some clients alone", () => {
    const around = base.replace("farm: mail }]", "farm: mail, allow: [10.0.0.0/8] }]");
    const result = read("rules: [{ name: a, path: ^x, farm: MAIL, stop: true }]", around);
    assert.deepEqual(result.warnings.map(problemLine), [
      'f.yaml:5:36: rules.0.farm: what this rule sends to "mail" does not go by the route in line 4, so its `allow` and `deny` do not hold: leave `farm` out and let the routes decide, or say who may in a condition on {REMOTE_ADDR}',
    ]);
  });
});

describe("a right rule", () => {
  for (const [title, rules] of silent) {
    it(`is not warned about: ${title}`, () => {
      const result = read(rules);
      assert.ok(result.ok, JSON.stringify(result));
      assert.deepEqual(result.warnings.map(problemLine), []);
    });
  }

  it("has every default where nothing is said", () => {
    const result = read(`rules:
  - { name: least, farm: MAIL, stop: true }
  - { name: off, enabled: false, abort: true }
rewriteMaps: { M: {} }`);
    assert.ok(result.ok);
    assert.deepEqual(result.config.rules, {
      inbound: [
        {
          name: "least",
          syntax: "ecmascript",
          host: null,
          https: null,
          path: null,
          grouping: "all",
          captures: "last",
          conditions: [],
          set: [],
          action: { kind: "rewrite", farm: "mail", url: null, appendQuery: true },
          stop: true,
        },
      ],
      outbound: [],
      maps: [{ name: "M", defaultValue: "", ignoreCase: true, entries: [] }],
    });
  });

  it("publishes without a route", () => {
    const result = read("rules: [{ name: a, farm: app, stop: true }]", base.replace(/routes: .*\n/, ""));
    assert.ok(result.ok, JSON.stringify(result));
    assert.deepEqual(result.config.routes, []);
  });
});

function unused(rules: string): string[] {
  const result = read(rules, base.replace(/routes: .*\n/, ""));
  return result.warnings.map(problemLine).filter((line) => line.includes("no route and no rule"));
}

describe("the farms that rules lead to", () => {
  it("are used, whatever the case of their names", () => {
    assert.deepEqual(unused("rules: [{ name: a, path: ^x, farm: Mail, stop: true }, { name: b, farm: app }]"), []);
  });

  it("are all where a template says which", () => {
    assert.deepEqual(unused('rules: [{ name: a, farm: "{R:0}" }]'), []);
  });

  it("are used by rules in which something else is wrong", () => {
    assert.deepEqual(unused('rules: [{ name: a, farm: mail, redirect: /x }, { name: b, host: "a/b", farm: app }]'), []);
  });

  it("are not used by rules that are switched off", () => {
    assert.deepEqual(unused("rules: [{ name: a, enabled: false, farm: mail }, { name: b, farm: app }]"), [
      "f.yaml:3:39: farms.mail: no route and no rule leads to this farm: write one, or remove the farm",
    ]);
  });
});

describe("the names under which rules publish farms with pinned connections", () => {
  const around = `listen: [{ port: 443, certificates: [mail.pem] }]
servers: { a: a.local }
farms: { app: { servers: [a] }, ews: { servers: [a], connectionAuth: pin } }
`;
  const cases: readonly (readonly [title: string, rules: string, http1Hosts: readonly string[]])[] = [
    [
      "the rule's host",
      "[{ name: a, host: Mail.x, path: ^ews, farm: EWS, stop: true }, { name: b, farm: app }]",
      ["mail.x"],
    ],
    [
      "hosts that begin alike",
      "[{ name: a, host: mail.*, farm: ews, stop: true }, { name: b, farm: app }]",
      ["mail.*"],
    ],
    [
      "a condition on the host",
      String.raw`[{ name: a, conditions: [{ input: "{http-host}", pattern: '^mail\.x(:\d+)?$' }], farm: ews }]`,
      ["mail.x"],
    ],
    [
      "a condition on the server's name",
      `[{ name: a, syntax: exact, conditions: [{ input: "{SERVER_NAME}", pattern: mail.x }], farm: ews }]`,
      ["mail.x"],
    ],
    [
      "a condition on the beginning of the host",
      `[{ name: a, syntax: wildcard, conditions: [{ input: "{HTTP_HOST}", pattern: "mail.*" }], farm: ews }]`,
      ["*"],
    ],
    [
      "one of several conditions",
      `[{ name: a, match: any, conditions: [{ input: "{HTTP_HOST}", pattern: ^a$ }, { input: "{URL}", pattern: a }], farm: ews }]`,
      ["*"],
    ],
    ["no host", "[{ name: a, path: ^ews, farm: ews, stop: true }]", ["*"]],
    ["a farm that a template names", '[{ name: a, host: mail.x, farm: "{HTTP_X}" }]', ["mail.x"]],
    [
      "a Host that a rule before it has set",
      "[{ name: s, set: { HTTP_HOST: b.x } }, { name: a, host: b.x, farm: ews }]",
      ["*"],
    ],
    ["a farm without pinned connections", "[{ name: a, farm: app }]", []],
  ];
  for (const [title, rules, http1Hosts] of cases) {
    it(`are not offered HTTP/2: ${title}`, () => {
      const result = read(`rules: ${rules}`, around);
      assert.ok(result.ok, JSON.stringify(result));
      assert.deepEqual(result.config.listeners[0]?.tls?.http2, { http1Hosts });
    });
  }
});
