import { aFailover } from "../support/configs.ts";
import assert from "node:assert/strict";
import { once } from "node:events";
import { constants } from "node:http2";
import { test } from "node:test";
import { FakeClock } from "../support/fake-clock.ts";
import { frameType, uint32 } from "../support/h2-frames.ts";
import { answerOf, resetOf, startH2Site } from "../support/h2-site.ts";
import { quiet } from "../support/quiet.ts";
import { always } from "../support/raw-member.ts";
import { until } from "../support/until.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const large = 32 * 1024 * 1024;
const pieceBytes = 64 * 1024;

test("a client that reads nothing of one stream holds its member up, and no other stream", async (t) => {
  const site = await startH2Site(t);
  const session = site.session();
  const slow = session.request({ ":path": "/slow" });
  const connection = await site.member.connection();
  await connection.untilText("\r\n\r\n");
  connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${large}\r\n\r\n`);
  const { socket } = connection;
  const piece = Buffer.alloc(pieceBytes, "x");
  let sent = 0;
  const send = (): void => {
    for (let taken = true; taken && sent < large; sent += pieceBytes) taken = socket.write(piece);
  };
  socket.on("drain", send);
  send();
  await once(slow, "response");
  let before = -1;
  // Until no more is taken: what the sockets and the stream's window hold.
  await until(async () => {
    const same = before === sent;
    before = sent;
    await quiet();
    return same;
  });
  assert.ok(sent < large, "the member was not held up");
  const other = answerOf(session.request({ ":path": "/other" }));
  const second = await site.member.connection(1);
  await second.untilText("/other");
  second.write(ok);
  assert.equal((await other).body, "ok");
  let read = 0;
  slow.on("data", (bytes: Buffer) => (read += bytes.length));
  await once(slow, "end");
  assert.equal(read, large);
  await site.untilIdle();
});

test("a member that reads nothing holds its stream up, not the connection", async (t) => {
  const site = await startH2Site(t);
  const session = site.session();
  const slow = session.request({ ":method": "POST", ":path": "/slow" });
  slow.on("error", () => undefined);
  const connection = await site.member.connection();
  await connection.untilText("/slow");
  connection.socket.pause();
  let sent = 0;
  const write = (): void => {
    for (let taken = true; taken && sent < large; sent += pieceBytes) taken = slow.write(Buffer.alloc(pieceBytes));
  };
  slow.on("drain", write);
  write();
  let before = -1;
  await until(async () => {
    const same = before === sent;
    before = sent;
    await quiet();
    return same;
  });
  assert.ok(sent < large, "the client was not held up");
  const other = answerOf(session.request({ ":path": "/other" }));
  const second = await site.member.connection(1);
  await second.untilText("/other");
  second.write(ok);
  assert.equal((await other).body, "ok");
  connection.keep = 1024;
  connection.socket.resume();
  await until(() => sent >= large);
  slow.end();
  await connection.untilText("0\r\n\r\n");
  connection.write(ok);
  assert.equal((await answerOf(slow)).body, "ok");
});

test("time-outs are those of HTTP/1.1, each stream's its own", async (t) => {
  const clock = new FakeClock();
  const timeouts = { connectMs: 5000, responseMs: 10_000, idleMs: 3000, keepAliveMs: 60_000, memberKeepAliveMs: 0 };
  const site = await startH2Site(t, { clock, farm: { timeouts, failover: aFailover({ tries: 1, replayBytes: 0 }) } });
  const session = site.session();
  const unanswered = session.request({ ":path": "/unanswered" });
  await (await site.member.connection()).untilText("\r\n\r\n");
  const stuck = session.request({ ":path": "/stuck" });
  const member = await site.member.connection(1);
  await member.untilText("\r\n\r\n");
  member.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
  await once(stuck, "data");
  const upload = session.request({ ":method": "POST", ":path": "/upload" });
  upload.write("x");
  await (await site.member.connection(2)).untilText("x");
  const [reset, answer, late] = [resetOf(stuck), answerOf(upload), answerOf(unanswered)];
  await clock.advance(4000);
  assert.equal(await reset, constants.NGHTTP2_INTERNAL_ERROR);
  await quiet();
  await clock.advance(0);
  assert.equal((await answer).headers["x-fairlead-error"], "client-timeout");
  await clock.advance(7000);
  assert.equal((await late).headers["x-fairlead-error"], "response-timeout");
  assert.equal(session.closed, false);
});

test("a client whose window stays closed loses the stream, before and behind the response's end", async (t) => {
  const clock = new FakeClock();
  const timeouts = { connectMs: 5000, responseMs: 10_000, idleMs: 3000, keepAliveMs: 60_000, memberKeepAliveMs: 0 };
  const site = await startH2Site(t, { clock, farm: { timeouts } });
  const client = await site.frames();
  // SETTINGS_INITIAL_WINDOW_SIZE
  client.send(frameType.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(10)]));
  const lengths = [1_000_000, 100] as const;
  for (const [index, length] of lengths.entries()) {
    const stream = index * 2 + 1;
    client.request(stream);
    const member = await site.member.connection(index);
    await member.untilText("\r\n\r\n");
    member.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${"x".repeat(length)}`);
    await client.frame(({ type, stream: on }) => type === frameType.data && on === stream);
  }
  await quiet();
  await clock.advance(4000);
  for (const stream of [1, 3]) assert.notEqual(await client.resetCode(stream), 0);
  const left = client.frames.filter(({ type, flags }) => type === frameType.data && (flags & 1) === 1);
  assert.deepEqual(left, []);
  await until(() => site.numbers().current === 0);
});

test("a connection without requests ends with its time, one that never asks with the header's", async (t) => {
  const clock = new FakeClock();
  const timeouts = { connectMs: 5000, responseMs: 9000, idleMs: 3000, keepAliveMs: 30_000, memberKeepAliveMs: 0 };
  const site = await startH2Site(t, { clock, farm: { timeouts }, members: [always(ok)] });
  const silent = await site.frames();
  const asked = await site.frames();
  asked.request(1);
  await asked.frame(({ type }) => type === frameType.data);
  await quiet();
  await clock.advance(21_000);
  assert.equal(await silent.goAway(), 0);
  await silent.untilGone();
  // What is no request keeps nothing open.
  asked.send(frameType.ping, 0, 0, Buffer.alloc(8));
  await quiet();
  assert.equal(asked.ended, false);
  await clock.advance(10_000);
  assert.equal(await asked.goAway(), 0);
  await asked.untilGone();
});

test("a header that never ends is not waited for", async (t) => {
  const clock = new FakeClock();
  const site = await startH2Site(t, { clock });
  const client = await site.frames();
  client.send(frameType.headers, 1, 1, Buffer.from([0x82]));
  await quiet();
  await clock.advance(21_000);
  await client.goAway();
  await clock.advance(6000);
  await client.untilGone();
});

test("a listener that closes lets requests end, and says which were not read", async (t) => {
  const site = await startH2Site(t);
  const client = await site.frames();
  client.request(1);
  const member = await site.member.connection();
  await member.untilText("\r\n\r\n");
  const closed = site.router.close(60_000);
  assert.equal(await client.goAway(), 0);
  const [goAway] = client.frames.filter(({ type }) => type === frameType.goAway);
  assert.equal(goAway?.payload.readUInt32BE(0), 1);
  client.request(3);
  await quiet();
  member.write(ok);
  await client.frame(({ type, flags, stream }) => type === frameType.data && stream === 1 && flags === 1);
  await closed;
  assert.equal(site.member.connections.length, 1);
});

test("a listener that closes waits no longer than it is told, and says that nothing was whole", async (t) => {
  const site = await startH2Site(t);
  const client = await site.frames();
  client.request(1);
  const member = await site.member.connection();
  await member.untilText("\r\n\r\n");
  member.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
  await client.frame(({ type }) => type === frameType.data);
  await site.router.close(50);
  await client.untilGone();
  assert.ok(!client.frames.some(({ type, flags }) => type === frameType.data && (flags & 1) === 1));
});
