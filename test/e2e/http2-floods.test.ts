import assert from "node:assert/strict";
import { test } from "node:test";
import { errorCode, flag, frameBytes, frameType, headerBlock, plainGet, uint32 } from "../support/h2-frames.ts";
import { startH2Site } from "../support/h2-site.ts";
import { quiet } from "../support/quiet.ts";
import { always } from "../support/raw-member.ts";
import { startRouter } from "../support/start-router.ts";
import { aFarm } from "../support/configs.ts";
import { RawClient } from "../support/start-router.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const nothing = Buffer.alloc(0);
const get = headerBlock(plainGet);
const post = headerBlock({ ...plainGet, ":method": "POST" });
const { headers, data, rst, ping, settings, continuation } = frameType;

test("requests that are reset at once end the connection (CVE-2023-44487), and trouble few members", async (t) => {
  const site = await startH2Site(t);
  const client = await site.frames();
  const pairs = Array.from({ length: 600 }, (_, index) =>
    Buffer.concat([
      frameBytes(headers, flag.endHeaders | flag.endStream, index * 2 + 1, get),
      frameBytes(rst, 0, index * 2 + 1, uint32(errorCode.cancel)),
    ]),
  );
  client.write(Buffer.concat(pairs));
  assert.equal(await client.goAway(), errorCode.enhanceYourCalm);
  await client.untilGone();
  await site.untilIdle();
  assert.ok(site.numbers().total < 250, `${site.numbers().total} reached the member`);
  assert.equal(site.numbers().failed, 0);
});

test("a client that cancels a hundred requests, as browsers do, keeps its connection", async (t) => {
  const site = await startH2Site(t);
  const client = await site.frames();
  for (let id = 1; id < 200; id += 2) client.request(id);
  await site.member.connection(99);
  for (let id = 1; id < 200; id += 2) client.rst(id, errorCode.cancel);
  client.send(ping, 0, 0, Buffer.alloc(8));
  await client.frame(({ type, flags }) => type === ping && flags === flag.ack);
  await site.untilIdle();
  assert.deepEqual([client.ended, site.numbers().failed], [false, 0]);
});

for (const [name, flood] of [
  ["PING", frameBytes(ping, 0, 0, Buffer.alloc(8))],
  ["SETTINGS", frameBytes(settings, 0, 0, nothing)],
] as const) {
  test(`a flood of ${name} ends the connection`, async (t) => {
    const client = await (await startH2Site(t)).frames();
    client.write(Buffer.concat(Array.from({ length: 2000 }, () => flood)));
    assert.equal(await client.goAway(), errorCode.enhanceYourCalm);
    await client.untilGone();
  });
}

test("a header in endless CONTINUATIONs ends the connection (CVE-2024-27316)", async (t) => {
  const client = await (await startH2Site(t)).frames();
  client.send(headers, flag.endStream, 1, get);
  for (let index = 0; index < 50; index++) client.send(continuation, 0, 1, headerBlock({ [`x-${index}`]: "y" }));
  await client.untilGone();
});

test("a header of too many or too large fields is refused", async (t) => {
  const site = await startH2Site(t, { members: [always(ok)], listener: { maxHeaderBytes: 8192 } });
  const client = await site.frames();
  client.request(1, { a: "x".repeat(10_000) });
  const { payload } = await client.frame(({ type, stream }) => type === headers && stream === 1);
  assert.notEqual(payload[0], 0x88);
  const fields = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`x-${index}`, "y"]));
  client.request(3, fields);
  assert.notEqual((await client.headersOf(3))[0], 0x88);
  client.request(5, { a: "x".repeat(15_000), b: "x".repeat(900) });
  client.request(7);
  assert.equal((await client.headersOf(7))[0], 0x88);
  assert.equal(site.numbers().total, 1);
});

test("a body in empty frames ends the connection", async (t) => {
  const client = await (await startH2Site(t)).frames();
  client.send(headers, flag.endHeaders, 1, post);
  client.write(Buffer.concat(Array.from({ length: 3000 }, () => frameBytes(data, 0, 1, nothing))));
  await client.untilGone();
});

test("a body in single bytes that nobody takes is not kept as thousands of buffers", async (t) => {
  const site = await startH2Site(t);
  const client = await site.frames();
  client.send(headers, flag.endHeaders, 1, post);
  const member = await site.member.connection();
  await member.untilText("\r\n\r\n");
  member.socket.pause();
  // The member's side is full before the small pieces come.
  const full = frameBytes(data, 0, 1, Buffer.alloc(16_384));
  const small = Buffer.concat(Array.from({ length: 8000 }, () => frameBytes(data, 0, 1, Buffer.from("x"))));
  const flow = async (): Promise<void> => {
    for (let piece = 0; piece < 4000 && !client.ended; piece++) {
      const windows = client.frames.filter(({ type, stream }) => type === frameType.windowUpdate && stream === 1);
      const credit = windows.reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 131_072);
      if (credit < (piece + 2) * 16_384) break;
      client.write(full);
      await quiet();
    }
  };
  await flow();
  client.write(Buffer.concat([small, small]));
  assert.equal(await client.goAway(), errorCode.enhanceYourCalm);
  await client.untilGone();
});

test("a plain listener speaks no HTTP/2", async (t) => {
  const router = await startRouter([aFarm({ health: null })]);
  const client = new RawClient(router.port);
  t.after(async () => {
    client.close();
    await router.close(0);
  });
  client.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  assert.match(await client.untilEnd(), /^HTTP\/1\.1 505 /);
});
