import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { ClientHttp2Stream } from "node:http2";
import { test, type TestContext } from "node:test";
import { answerOf, h2Host, type H2Site, resetOf, startH2Site } from "../support/h2-site.ts";
import { aLiveTraffic } from "../support/configs.ts";
import { always, type RawConnection } from "../support/raw-member.ts";

const tunnel = { ":method": "CONNECT", ":protocol": "websocket", ":scheme": "https", ":path": "/chat" };

interface Begun {
  readonly site: H2Site;
  readonly stream: ClientHttp2Stream;
  readonly member: RawConnection;
  readonly request: string;
}

async function begin(t: TestContext): Promise<Begun> {
  const site = await startH2Site(t);
  const session = site.session();
  await once(session, "remoteSettings");
  assert.equal(session.remoteSettings.enableConnectProtocol, true);
  const headers = { ...tunnel, ":authority": h2Host, "sec-websocket-version": "13", origin: "https://x" };
  const stream = session.request(headers, { endStream: false });
  const member = await site.member.connection();
  return { site, stream, member, request: await member.untilText("\r\n\r\n") };
}

function acceptFor(request: string): string {
  const key = /^sec-websocket-key: (.*)\r$/m.exec(request)?.[1] ?? "";
  assert.equal(Buffer.from(key, "base64").length, 16);
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

function switching(request: string): string {
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(request)}\r\nSec-WebSocket-Protocol: p\r\n\r\n`;
}

async function responseOf(stream: ClientHttp2Stream) {
  const [headers] = await once(stream, "response");
  return headers;
}

test("a WebSocket over HTTP/2 is one over HTTP/1.1 to the member, bytes both ways", async (t) => {
  const { site, stream, member, request } = await begin(t);
  assert.match(request, /^GET \/chat HTTP\/1\.1\r\nhost: mail\.example\.test\r\n/);
  assert.match(request, /\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n/i);
  assert.match(request, /\r\nsec-websocket-version: 13\r\norigin: https:\/\/x\r\n/);
  stream.write("early");
  const response = responseOf(stream);
  member.clear();
  member.write(`${switching(request)}hello`);
  const headers = await response;
  assert.equal(headers[":status"], 200);
  assert.equal(headers["sec-websocket-protocol"], "p");
  for (const name of ["upgrade", "connection", "sec-websocket-accept"]) assert.equal(headers[name], undefined, name);
  const [first] = await once(stream, "data");
  assert.equal(String(first), "hello");
  await member.untilText("early");
  stream.write("more");
  assert.equal(await member.untilText("more"), "earlymore");
  // Half-closed by the client, the member goes on.
  stream.end();
  await member.until(({ ended }) => ended);
  member.write("last");
  assert.equal(String((await once(stream, "data"))[0]), "last");
  member.socket.end();
  assert.equal(await resetOf(stream), 0);
  await site.untilIdle();
});

test("the member ends a WebSocket first", async (t) => {
  const { site, stream, member, request } = await begin(t);
  const response = responseOf(stream);
  member.write(switching(request));
  await response;
  member.socket.end("bye");
  const pieces: string[] = [];
  for await (const piece of stream) pieces.push(String(piece));
  assert.equal(pieces.join(""), "bye");
  stream.end("and bye");
  await member.untilText("and bye");
  await member.until(({ ended }) => ended);
  await site.untilIdle();
});

test("a WebSocket that breaks on one side is reset on the other", async (t) => {
  const one = await begin(t);
  const response = responseOf(one.stream);
  one.member.write(switching(one.request));
  await response;
  one.member.socket.resetAndDestroy();
  assert.notEqual(await resetOf(one.stream), 0);
  const other = await begin(t);
  const responses = responseOf(other.stream);
  other.member.write(switching(other.request));
  await responses;
  other.stream.on("error", () => undefined);
  other.stream.close(8);
  await other.member.untilGone();
  await other.site.untilIdle();
});

test("a refusal is passed on", async (t) => {
  const { stream, member } = await begin(t);
  const answer = answerOf(stream);
  member.write("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
  assert.deepEqual([(await answer).status, (await answer).body], [403, "no"]);
});

for (const [name, response, code, failed] of [
  ["a 200, which would be taken for agreement", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "no-websocket", 0],
  [
    "a 101 with a wrong key",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
    "bad-response",
    1,
  ],
] as const) {
  test(`a client never gets ${name}`, async (t) => {
    const { site, stream, member } = await begin(t);
    const answer = answerOf(stream);
    member.write(response);
    assert.equal((await answer).headers["x-fairlead-error"], code);
    assert.equal((await answer).status, 502);
    await site.untilIdle();
    // A client that asks a page for a WebSocket must not make its member look broken.
    assert.equal(site.numbers().failed, failed);
  });
}

test("a 200 is no reason to ask another member for a WebSocket, nor to leave the first one", async (t) => {
  const page = always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const site = await startH2Site(t, {
    members: [page, page],
    farm: { liveTraffic: aLiveTraffic({ action: "eject" }) },
  });
  const session = site.session();
  await once(session, "remoteSettings");
  const headers = { ...tunnel, ":authority": h2Host, "sec-websocket-version": "13", origin: "https://x" };
  for (let asked = 0; asked < 6; asked++) {
    assert.equal((await answerOf(session.request(headers, { endStream: false }))).status, 502);
  }
  assert.equal(site.numbers("m1").total + site.numbers("m2").total, 6);
  assert.deepEqual([site.numbers("m1").healthy, site.numbers("m2").healthy], [true, true]);
});

test("a client that ends before the member has agreed has given up", async (t) => {
  const { site, stream, member } = await begin(t);
  stream.on("error", () => undefined);
  stream.end();
  await member.untilGone();
  await site.untilIdle();
  assert.equal(site.numbers().failed, 0);
});
