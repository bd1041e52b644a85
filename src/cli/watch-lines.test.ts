import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { aMemberStatus } from "../../test/support/member-status.ts";
import { aToldEvent } from "../../test/support/told-event.ts";
import type { FarmStatus } from "../control/farm-status.ts";
import { painter } from "./terminal.ts";
import { WatchJson, WatchLines } from "./watch-lines.ts";

function farms(...healthy: readonly boolean[]): FarmStatus[] {
  return [
    {
      name: "owa",
      minimumServers: 1,
      members: healthy.map((up, index) => ({ ...aMemberStatus, server: `cas${index + 1}`, healthy: up })),
    },
  ];
}

let out: string;
let err: string;
beforeEach(() => {
  out = "";
  err = "";
});
const write = (text: string): void => void (out += text);
const complain = (text: string): void => void (err += text);

describe("WatchLines", () => {
  it("writes the matrix, then the rows that change, and events", () => {
    const view = new WatchLines(write, painter({}, {}));
    view.farms(farms(true, true));
    view.farms(farms(true, true));
    view.event(aToldEvent());
    view.farms(farms(false, true));
    view.farms(farms(true, true));
    const lines = out.split("\n").map((line) => line.replace(/^\d\d:\d\d:\d\d/, "TIME"));
    assert.deepEqual(lines, [
      "      owa",
      "cas1  up",
      "cas2  up",
      "TIME  owa on cas1  up -> down  GET /owa: 503 Service Unavailable (check)",
      "cas1  DOWN",
      "cas1  up",
      "",
    ]);
  });

  it("says when the router is gone and when it is back", () => {
    const view = new WatchLines(write, painter({}, {}));
    view.connection("connection \u001B[2Jrefused");
    view.connection(null);
    assert.equal(
      out,
      "The router does not answer: connection  [2Jrefused. Trying again …\nThe router answers again.\n",
    );
  });
});

describe("WatchJson", () => {
  it("writes each event as it came, on a line of its own, and nothing else", () => {
    const view = new WatchJson(write, complain);
    const whole = { ...aToldEvent(), new: ["a\n\u001B\u009B\u007F\u2028"] };
    view.farms();
    view.event(whole, whole);
    view.connection("gone");
    assert.equal(out.split("\n").length, 2);
    assert.deepEqual(JSON.parse(out), whole);
    assert.doesNotMatch(out.trimEnd(), /[\p{Cc}\u2028]/u);
    assert.match(err, /^The router does not answer: gone\./);
  });
});
