import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { createLog } from "./log.ts";
import type { LogLevel } from "./log-events.ts";
import { logEvents } from "./log-events.ts";

function record(format: "json" | "lines", level: LogLevel = "info") {
  const written: string[] = [];
  const log = createLog({
    destination: { write: (line) => written.push(line) },
    clock: new FakeClock(),
    level,
    format,
  });
  return { log, written };
}

const down = { farm: "owa", server: "cas1", asked: "GET /owa", came: "503 Service Unavailable" };

describe("createLog", () => {
  it("writes one JSON object to a line, with the event's name, fields and sentence", () => {
    const { log, written } = record("json");
    log("health.member-down", down);
    assert.equal(written.length, 1);
    assert.ok(written[0]!.endsWith("}\n"));
    assert.deepEqual(JSON.parse(written[0]!), {
      level: "warn",
      time: "2026-01-01T00:00:00.000Z",
      event: "health.member-down",
      ...down,
      msg: "owa on cas1 is DOWN: 503 Service Unavailable (GET /owa)",
    });
  });

  it("writes a calm line for people", () => {
    const { log, written } = record("lines");
    log("health.member-down", down);
    assert.match(written[0]!, /^\d\d:\d\d:\d\d ! owa on cas1 is DOWN: 503 Service Unavailable \(GET \/owa\)\n$/);
  });

  it("leaves out what is below the level", () => {
    for (const format of ["json", "lines"] as const) {
      const { log, written } = record(format, "warn");
      log("health.member-up", down);
      assert.deepEqual(written, []);
      log("health.member-down", down);
      assert.equal(written.length, 1);
    }
  });

  it("writes no field that the event does not list, whatever the object carries", () => {
    const { log, written } = record("json");
    const careless = { ...down, authorization: "Basic c2VjcmV0" };
    log("health.member-down", careless);
    assert.doesNotMatch(written[0]!, /c2VjcmV0/);
  });

  it("lets nothing from outside break out of its line", () => {
    for (const format of ["json", "lines"] as const) {
      const { log, written } = record(format);
      log("health.member-down", { ...down, came: "200 \u001b[2J\r\nforged" });
      assert.doesNotMatch(written[0]!.slice(0, -1), /\p{Cc}/u);
    }
  });
});

describe("logEvents", () => {
  it("has a sentence for each event that names only its own fields", () => {
    for (const [name, event] of Object.entries(logEvents)) {
      assert.match(name, /^[a-z]+\.[a-z-]+$/);
      for (const [, field] of event.text.matchAll(/\{(\w+)\}/g))
        assert.ok(Object.keys(event.fields).includes(field ?? ""), `${name}: ${field}`);
    }
  });
});
