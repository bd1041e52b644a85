import assert from "node:assert/strict";
import { it } from "node:test";
import { aLiveTraffic } from "../support/configs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { quiet } from "../support/quiet.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";

const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
const upgrade = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";

/** Closes on POST, agrees to WebSockets. */
function brokenPost(connection: RawConnection): void {
  connection.socket.on("data", () => {
    if (connection.text.startsWith("POST")) connection.socket.destroy();
    else connection.write(switched);
  });
}

function answering(connection: RawConnection): void {
  connection.socket.on("data", () => connection.write(ok));
}

it("a member on trial is back with a WebSocket that it agrees to", async (t) => {
  const clock = new FakeClock();
  const liveTraffic = aLiveTraffic({ action: "eject", fails: 1, ejectMs: 1000 });
  const site = await startSite(t, { clock, members: [brokenPost, answering], farm: { liveTraffic } });
  const numbers = () => site.numbers("m1");
  await site.client().write(post).untilText("502");
  await quiet();
  assert.equal(numbers().healthy, false);
  await clock.advance(1100);
  assert.equal(numbers().trial, true);
  for (let asked = 0; numbers().trial && asked < 4; asked++) {
    await site.client().write(upgrade).untilText("HTTP/1.1 ");
    await quiet();
  }
  assert.deepEqual([numbers().healthy, numbers().trial], [true, false]);
});
