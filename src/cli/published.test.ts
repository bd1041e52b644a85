import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "../config/config.ts";
import { interpret } from "../config/interpret.ts";
import { publishedData, publishedText } from "./published.ts";

function configOf(text: string): Config {
  const around =
    "listen: [{ port: 80 }]\nservers: { a: a.local }\nfarms: { app: { servers: [a] }, mail: { servers: [a] } }\n";
  const result = interpret(around + text, "f.yaml", {}).resolve({ files: new Map(), env: {}, now: 0 });
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}

const shown = (config: Config): string => publishedText(config, (_, text) => text);

const some = configOf(String.raw`
routes: [{ host: mail.x, farm: mail }]
rewriteMaps: { Farms: { entries: { x: app } } }
rules:
  - { name: to https, https: false, redirect: "https://{HTTP_HOST}/{R:0}", status: 308 }
  - { name: root, host: mail.x, path: ^$, redirect: /owa/ }
  - name: by map
    path: { pattern: "^static/", negate: true }
    conditions: [{ input: "{Farms:{HTTP_X_KEY}}", pattern: "(.+)" }, { input: "{REQUEST_METHOD}", pattern: ^GET$ }]
    set: { HTTP_AUTHORIZATION: SECRET, MINE: "1" }
    farm: "{C:1}"
    rewrite: "/x/{R:0}"
    appendQuery: false
    stop: true
  - { name: old, path: ^old/, rewrite: "/new/{R:0}" }
  - { name: own, path: ^own, set: { HTTP_X: SECRET }, stop: true }
  - { name: no, https: true, path: ^no, respond: { status: 403, reason: No, body: SECRET } }
  - { name: out, path: ^out, abort: true }
outboundRules: [{ name: o, pattern: x, value: SECRET }]
`);

describe("what a configuration publishes", () => {
  it("has its rules, in order and in words, and no secrets", () => {
    const text = shown(some);
    assert.equal(
      text,
      String.raw`Listeners
  *:80  http

Published
  ADDRESS   FARM  MEMBERS  HEALTH CHECK
  by rules  app   a        none
  mail.x/   mail  a        none

Rules
  RULE      HOST       PATH          CONDITIONS  ACTION
  to https  http://*                             redirects to https://{HTTP_HOST}/{R:0} (308)
  root      mail.x     ^$                        redirects to /owa/ (301)
  by map    *          not ^static/  2           farm {C:1} as /x/{R:0} alone, sets HTTP_AUTHORIZATION, MINE, stop
  old       *          ^old/                     rewrites to /new/{R:0}
  own       *          ^own                      sets HTTP_X, stop
  no        https://*  ^no                       answers 403 No
  out       *          ^out                      closes the connection

Outbound rules  1

Admin API  http://127.0.0.1:9900`,
    );
    assert.doesNotMatch(JSON.stringify(publishedData(some)), /SECRET/);
  });

  it("has them for programs", () => {
    const { rules, outboundRules } = publishedData(some);
    assert.deepEqual(rules[2], {
      name: "by map",
      scheme: null,
      host: null,
      path: "not ^static/",
      conditions: 2,
      action: "farm {C:1} as /x/{R:0} alone, sets HTTP_AUTHORIZATION, MINE, stop",
      stop: true,
    });
    assert.deepEqual(outboundRules, [{ name: "o" }]);
  });

  it("has no more rules than can be read, and none where there are none", () => {
    const [rule] = some.rules.inbound;
    assert.ok(rule !== undefined);
    const inbound = Array.from({ length: 10_000 }, (_, index) => ({ ...rule, name: `r${index}` }));
    const lines = shown({ ...some, rules: { ...some.rules, inbound } }).split("\n");
    assert.deepEqual(
      lines.filter((line) => /^ {2}(?:r\d|…)/.test(line)).map((line) => line.trim().split("  ")[0]),
      [...Array.from({ length: 20 }, (_, index) => `r${index}`), "… and 9,980 more"],
    );
    assert.doesNotMatch(shown(configOf("routes: [{ farm: app }, { path: /m, farm: mail }]\n")), /rules/i);
  });

  it("has no rule that could steer the terminal", () => {
    const [rule] = some.rules.inbound;
    assert.ok(rule !== undefined);
    const text = shown({ ...some, rules: { ...some.rules, inbound: [{ ...rule, name: "a\u001b[2Jb\nc" }] } });
    assert.match(text, /a \[2Jb c/);
  });
});
