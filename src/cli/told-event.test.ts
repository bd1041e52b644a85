import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aToldEvent } from "../../test/support/told-event.ts";
import { painter } from "./terminal.ts";
import { eventLine } from "./told-event.ts";

const plainly = painter({}, {});

describe("eventLine", () => {
  for (const [title, event, expected] of [
    ["a member", {}, "owa on cas1  up -> down  GET /owa: 503 Service Unavailable (check)"],
    ["a member that was not known", { was: null }, "owa on cas1  down  GET /owa: 503 Service Unavailable (check)"],
    ["a farm", { server: null, why: "no server is left" }, "owa  up -> down  no server is left (check)"],
    [
      "a server",
      { farm: null, was: "available", is: "drain", why: "patches", by: "ann" },
      "cas1  available -> drain  patches (ann)",
    ],
    [
      "a server that nothing more is to be said of",
      { farm: null, was: "drain", is: "available", why: "", by: "ann" },
      "cas1  drain -> available  (ann)",
    ],
    [
      "a configuration",
      {
        kind: "configuration",
        farm: null,
        server: null,
        was: null,
        is: "applied",
        why: "workers: 0 -> 1",
        by: "watch",
      },
      "configuration  applied  workers: 0 -> 1 (watch)",
    ],
  ] as const) {
    it(`tells of ${title}`, () => {
      const at = new Date(2026, 0, 1, 12, 3, 11).toISOString();
      assert.equal(eventLine(aToldEvent({ at, ...event }), plainly), `12:03:11  ${expected}`);
    });
  }

  it("colours what is good and what is bad", () => {
    const line = eventLine(aToldEvent(), painter({ isTTY: true }, {}));
    assert.ok(line.includes(" -> \u001B[31mdown\u001B[39m  "));
  });

  it("lets nothing in an event steer the terminal", () => {
    const hostile = "\u001B[2J\u009B2J\r\n\u0007\u202E\u2028x";
    for (const field of ["kind", "farm", "server", "was", "is", "why", "by"] as const) {
      const line = eventLine(aToldEvent({ farm: null, server: null, [field]: hostile }), plainly);
      assert.match(line, /x/);
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\u2028]/u, field);
    }
  });

  it("has a line for a time that is none", () => {
    assert.match(eventLine(aToldEvent({ at: "\u001B[2J" }), plainly), /^NaN:NaN:NaN {2}owa/);
  });
});
