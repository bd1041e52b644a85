import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { aMemberStatus } from "../../test/support/member-status.ts";
import { aToldEvent } from "../../test/support/told-event.ts";
import type { FarmStatus } from "../control/farm-status.ts";
import { painter } from "./terminal.ts";
import { WatchScreen } from "./watch-screen.ts";

const up: FarmStatus[] = [{ name: "owa", minimumServers: 1, members: [aMemberStatus] }];
const down: FarmStatus[] = [
  { name: "owa", minimumServers: 1, members: [{ ...aMemberStatus, healthy: false, reason: "503" }] },
];

describe("WatchScreen", () => {
  let clock: FakeClock;
  let drawn: string[];
  let rows: number;
  let screen: WatchScreen;

  beforeEach(() => {
    clock = new FakeClock();
    drawn = [];
    rows = 24;
    const write = (text: string): void => void drawn.push(text);
    screen = new WatchScreen({ write, rows: () => rows, paint: painter({}, {}), clock });
  });

  /** The lines of the last drawing, without what steers the terminal, and with their times alike. */
  function lines(): string[] {
    const text = (drawn.at(-1) ?? "").replaceAll(/\p{Cc}\[\??\d*[A-Za-z]/gu, "");
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => line.replace(/^\d\d:\d\d:\d\d/, "TIME"));
  }

  it("draws the matrix, why something is down, and the last 10 events, newest last", async () => {
    screen.farms(down);
    for (let count = 1; count <= 12; count++) screen.event(aToldEvent({ why: `event ${count}` }));
    await clock.advance(250);
    assert.deepEqual(lines(), [
      "      owa",
      "cas1  DOWN",
      "",
      "owa on cas1 is down since 2026-01-01T00:00:00.000Z:",
      "  503",
      "",
      ...Array.from({ length: 10 }, (_, index) => `TIME  owa on cas1  up -> down  event ${index + 3} (check)`),
    ]);
  });

  it("clears the terminal once, and from then on draws over what is there", async () => {
    screen.farms(up);
    await clock.advance(250);
    screen.farms(down);
    await clock.advance(250);
    assert.equal(drawn[0], "\u001B[2J\u001B[H\u001B[?7l      owa\u001B[K\ncas1  up\u001B[K\n\u001B[J\u001B[?7h");
    assert.ok(drawn[1]?.startsWith("\u001B[H\u001B[?7l      owa"));
  });

  it("draws at most four times a second, and nothing where nothing changed", async () => {
    for (let count = 0; count < 100; count++) {
      screen.event(aToldEvent({ why: `event ${count}` }));
      await clock.advance(10);
    }
    assert.equal(drawn.length, 4);
    screen.farms(up);
    await clock.advance(1000);
    for (let count = 0; count < 100; count++) screen.farms(structuredClone(up));
    await clock.advance(1000);
    assert.equal(drawn.length, 5);
  });

  it("keeps to the rows that there are: events stay, what is above gives way", async () => {
    rows = 6;
    screen.farms(down);
    screen.event(aToldEvent({ why: "x" }));
    await clock.advance(250);
    assert.deepEqual(lines(), [
      "      owa",
      "cas1  DOWN",
      "… 3 more lines",
      "",
      "TIME  owa on cas1  up -> down  x (check)",
    ]);
    rows = 1;
    screen.resized();
    await clock.advance(250);
    assert.equal(lines().length, 1);
    assert.ok(drawn.at(-1)?.startsWith("\u001B[2J"));
  });

  it("says that the router is gone until it is back", async () => {
    screen.farms(up);
    screen.connection("connection refused");
    await clock.advance(250);
    assert.equal(lines().at(-1), "The router does not answer: connection refused. Trying again …");
    screen.connection(null);
    await clock.advance(250);
    assert.deepEqual(lines(), ["      owa", "cas1  up"]);
  });

  it("lets nothing that comes from outside steer the terminal", async () => {
    const hostile = "\u001B[2J\n\u009B";
    const members = [{ ...aMemberStatus, server: hostile, healthy: false, reason: hostile, since: hostile }];
    screen.farms([{ name: hostile, minimumServers: 1, members }]);
    screen.event(aToldEvent({ farm: hostile, why: hostile, by: hostile }));
    screen.connection(hostile);
    await clock.advance(250);
    assert.doesNotMatch(lines().join(""), /\p{Cc}/u);
    assert.equal(drawn.at(-1)?.match(/\p{Cc}\[2J/gu)?.length, 1);
  });

  it("draws once more when it ends", () => {
    screen.farms(up);
    screen.end();
    assert.deepEqual([drawn.length, clock.pending], [1, 0]);
  });
});
