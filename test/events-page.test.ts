import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { eventKinds } from "../src/config/event-kinds.ts";
import { eventsSchema } from "../src/config/events-schema.ts";
import { logEvents } from "../src/observe/log-events.ts";
import { anEvent } from "./support/router-event.ts";

const page = readFileSync("docs/events.md", "utf8");

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)?.[1] ?? "";
}

describe("docs/events.md", () => {
  it("shows an event as it is", () => {
    const shown: object = JSON.parse(block("json"));
    assert.deepEqual(Object.keys(shown), Object.keys(anEvent()));
  });

  it("shows a webhook that can be configured", () => {
    assert.ok(eventsSchema.safeParse(parse(block("yaml")).events).success);
  });

  it("names kinds and log events that there are", () => {
    const kinds = [...page.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, kind]) => kind);
    const logged = [...page.matchAll(/`(events\.[a-z-]+)`/g)].map(([, name]) => name);
    assert.deepEqual(
      kinds.filter((kind) => !eventKinds.some((known) => known === kind)),
      [],
    );
    assert.deepEqual(
      logged.filter((name) => !Object.hasOwn(logEvents, name ?? "")),
      [],
    );
    assert.ok(kinds.length > 2 && logged.length > 1);
  });
});
