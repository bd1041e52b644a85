import assert from "node:assert/strict";
import { test } from "node:test";
import { frameType, type H2Frames, uint32 } from "../support/h2-frames.ts";
import { answerOf, type H2Site, startH2Site } from "../support/h2-site.ts";
import { always, type RawConnection } from "../support/raw-member.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const sessions = 40;
const perSession = 60;

/** The same numbers every time (a linear congruential generator). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Answers early, late, in part, with more than was asked for, or by going away. */
function unruly(random: (below: number) => number): (connection: RawConnection) => void {
  const answers: readonly ((connection: RawConnection) => void)[] = [
    (connection) => connection.write(ok),
    (connection) =>
      connection.write("HTTP/1.1 413 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno").socket.end(),
    (connection) => connection.write(`HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n${"x".repeat(200_000)}`),
    (connection) => connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
    (connection) => connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nx").socket.end(),
    (connection) => connection.socket.destroy(),
    (connection) => connection.socket.resetAndDestroy(),
  ];
  return (connection) => {
    connection.keep = 1024;
    connection.socket.on("data", () => answers[random(answers.length)]?.(connection));
  };
}

/** What a client does with a stream, in raw frames: Node's own client loops for ever at some of it. */
function behave(client: H2Frames, stream: number, random: (below: number) => number): void {
  const method = ["GET", "POST", "HEAD"][random(3)] ?? "GET";
  const ways: readonly (() => void)[] = [
    () => client.request(stream, { ":method": method }),
    () => client.request(stream, { ":method": method }, true).data(stream, "x".repeat(random(16_000)), true),
    () => client.request(stream, { ":method": method }, true).data(stream, "x"),
    () => client.request(stream, { ":method": method }).rst(stream, random(2) * 8),
    () =>
      client
        .request(stream, { ":method": method }, true)
        .data(stream, "x")
        .rst(stream, random(2) * 8),
  ];
  ways[random(ways.length)]?.();
}

/** A client that is told of all that happens and takes everything. */
async function newClient(site: H2Site): Promise<H2Frames> {
  const client = await site.frames();
  client.send(frameType.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(2 ** 30)]));
  return client.windowUpdate(0, 2 ** 30);
}

test("whatever clients and members do at the same time, the router goes on", { timeout: 120_000 }, async (t) => {
  const random = seeded(7);
  const site = await startH2Site(t, {
    members: [unruly(random), unruly(random)],
    farm: { timeouts: { connectMs: 2000, responseMs: 2000, idleMs: 500, keepAliveMs: 5000, memberKeepAliveMs: 5000 } },
  });
  for (let session = 0; session < sessions; session++) {
    const client = await newClient(site);
    const open: number[] = [];
    for (let stream = 1; stream < 2 * perSession && !client.ended; stream += 2) {
      behave(client, stream, random);
      open.push(stream);
      // Some end or reset what they left open.
      const other = open[random(open.length)] ?? 1;
      if (random(3) === 0) client.rst(other, 8);
      await new Promise<void>((resolve) => setImmediate(resolve));
      client.clear();
    }
    if (random(2) === 0) client.socket.destroy();
    else client.socket.end();
  }
  await site.untilIdle();
  const calm = await startH2Site(t, { members: [always(ok)] });
  assert.equal((await answerOf(calm.session().request({}))).body, "ok");
});
