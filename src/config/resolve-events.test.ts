import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventsConfig } from "./config.ts";
import { describeChanges } from "./describe-changes.ts";
import { interpret, type Interpretation } from "./interpret.ts";

const base =
  "listen: [{ port: 80 }]\nservers: { a: a.local }\nfarms: { app: { servers: [a] } }\nroutes: [{ farm: app }]\n";
const env = { HOOK: "Bearer hunter2", BROKEN: "hunter2\n" };

function read(text: string): Interpretation {
  return interpret(`${base}${text}`, "f.yaml", {}).resolve({ files: new Map(), env, now: 0 });
}

function configOf(text: string) {
  const result = read(text);
  assert.ok(result.ok, JSON.stringify(result, null, 1));
  return result.config;
}

const eventsOf = (text: string): EventsConfig => configOf(text).events;

describe("events in a configuration", () => {
  it("are sent nowhere where nothing is said", () => {
    assert.deepEqual(eventsOf(""), { webhook: null });
    assert.deepEqual(eventsOf("events: {}\n"), { webhook: null });
  });

  it("are sent to a URL, with headers from the file and the environment", () => {
    const { webhook } = eventsOf(
      'events: { webhook: { url: "https://a.test/x", headers: { X-A: b }, headersEnv: { Authorization: HOOK } } }\n',
    );
    assert.deepEqual(webhook, {
      url: "https://a.test/x",
      headers: { "X-A": "b", Authorization: "Bearer hunter2" },
      kinds: null,
    });
  });

  it("can be of some kinds only", () => {
    const { webhook } = eventsOf("events: { webhook: { url: http://a.test, kinds: [farm, configuration] } }\n");
    assert.deepEqual(webhook?.kinds, ["farm", "configuration"]);
  });

  const key = "events.webhook.url:";
  for (const [title, text, problems] of [
    ["a URL of something else", 'url: "ftp://hunter2"', [`${key} this is not a URL with http or https`]],
    ["no URL", "url: hunter2", [`${key} this is not a URL with http or https`]],
    ["a number", "url: 5", [`${key} this is not a text`]],
    ["a password in the URL", 'url: "https://me:hunter2@a"', [`${key} a URL with a password is not allowed`]],
    ["nothing", "kinds: [farm]", ["events.webhook.url: missing"]],
    [
      "an unknown kind",
      "url: http://a, kinds: [helth]",
      ['events.webhook.kinds.0: "helth" is not one of health, state'],
    ],
    ["no kinds", "url: http://a, kinds: []", ["events.webhook.kinds: nothing is sent"]],
    [
      "headers that cannot be sent",
      'url: http://a, headers: { X-A: "hunter2\\n" }, headersEnv: { X-B: BROKEN, X-C: NOT_SET }',
      [
        "events.webhook.headers.X-A: this is not a text",
        'events.webhook.headersEnv.X-B: the environment variable "BROKEN" is not a header\'s value',
        'events.webhook.headersEnv.X-C: the environment variable "NOT_SET" is not set',
      ],
    ],
  ] as const) {
    it(`are refused with ${title}, without a word of what is secret`, () => {
      const result = read(`events: { webhook: { ${text} } }\n`);
      assert.ok(!result.ok);
      const lines = result.problems.map((problem) => `${problem.path}: ${problem.message}`);
      assert.equal(lines.length, problems.length, lines.join("\n"));
      for (const [index, problem] of problems.entries()) assert.ok(lines[index]?.startsWith(problem), lines[index]);
      assert.doesNotMatch(lines.join("\n"), /hunter2/);
    });
  }

  it("are told without their URL and headers where a reload changes them", () => {
    const one = configOf("");
    const other = configOf(
      'events: { webhook: { url: "https://a.test/hunter2", headersEnv: { Authorization: HOOK }, kinds: [farm] } }\n',
    );
    assert.deepEqual(describeChanges(one, other), [
      "events.webhook.url changed",
      "events.webhook.headers.Authorization changed",
      'events.webhook.kinds: none -> ["farm"]',
    ]);
  });
});
