import { aFailover } from "../support/configs.ts";
import assert from "node:assert/strict";
import { once } from "node:events";
import { constants, type IncomingHttpHeaders } from "node:http2";
import { test } from "node:test";
import { always } from "../support/raw-member.ts";
import { answerOf, h2Host, resetOf, startH2Site } from "../support/h2-site.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

test("a request over HTTP/2 reaches the member as HTTP/1.1, and its response the client as HTTP/2", async (t) => {
  const site = await startH2Site(t);
  const session = site.session();
  const stream = session.request({ ":path": "/A%20b?c=D", "X-B": "1", cookie: ["a=1", "b=2"] });
  const member = await site.member.connection();
  const request = await member.untilText("\r\n\r\n");
  const host = `${h2Host}:${site.router.port}`;
  assert.equal(
    request,
    `GET /A%20b?c=D HTTP/1.1\r\nhost: ${host}\r\nx-b: 1\r\ncookie: a=1; b=2\r\n` +
      `X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: ${host}\r\n\r\n`,
  );
  member.write(
    "HTTP/1.1 200 Fine\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nSet-Cookie: a=1\r\n" +
      "set-cookie: b=2\r\nX-C: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3;x\r\ndef\r\n0\r\nTrail: er\r\n\r\n",
  );
  const { headers, body } = await answerOf(stream);
  assert.equal(body, "abcdef");
  assert.match(headers.date ?? "", /GMT$/);
  const others = Object.entries(headers).filter(([name]) => name !== "date");
  assert.deepEqual(Object.fromEntries(others), { ":status": 200, "set-cookie": ["a=1", "b=2"], "x-c": "d" });
  await site.untilIdle();
});

test("a body goes to the member with its length, or in chunks", async (t) => {
  const site = await startH2Site(t);
  const session = site.session();
  const known = session.request({ ":method": "POST", "content-length": "5" });
  known.end("hello");
  const first = await site.member.connection();
  assert.match(await first.untilText("hello"), /\r\ncontent-length: 5\r\n[^]*\r\n\r\nhello$/);
  first.write(ok);
  assert.equal((await answerOf(known)).body, "ok");
  first.clear();
  const unknown = session.request({ ":method": "POST" });
  unknown.write("abc");
  await first.untilText(/\r\n\r\n3\r\nabc\r\n$/);
  unknown.end("0123456789");
  assert.match(await first.untilText("0\r\n\r\n"), /transfer-encoding: chunked[^]*\r\na\r\n0123456789\r\n0\r\n\r\n$/);
  first.write(ok);
  assert.equal((await answerOf(unknown)).body, "ok");
});

test("responses without a body, and interim ones", async (t) => {
  const site = await startH2Site(t);
  const session = site.session();
  const member = async (response: string): Promise<void> => {
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.clear();
    connection.write(response);
  };
  const head = session.request({ ":method": "HEAD" });
  await member("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  assert.equal((await answerOf(head)).headers["content-length"], "2");
  for (const status of [204, 304]) {
    const stream = session.request({});
    await member(`HTTP/1.1 ${status} No\r\nETag: "x"\r\n\r\n`);
    assert.equal((await answerOf(stream)).status, status);
  }
  // Node's own interface allows it no body, though HTTP does.
  const resetContent = session.request({});
  await member("HTTP/1.1 205 Reset\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
  assert.equal((await answerOf(resetContent)).status, 205);
  const stream = session.request({ ":method": "POST", expect: "100-continue" });
  const interim: unknown[] = [];
  stream.on("headers", (headers: IncomingHttpHeaders) => interim.push([headers[":status"], headers["link"]]));
  await member("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n");
  await once(stream, "headers");
  stream.end("x");
  await (await site.member.connection()).untilText("0\r\n\r\n");
  await member(ok);
  assert.equal((await answerOf(stream)).status, 200);
  assert.deepEqual(interim, [
    [100, undefined],
    [103, "x"],
  ]);
});

test("what the router answers itself", async (t) => {
  const site = await startH2Site(t, { farm: { failover: aFailover({ tries: 1, replayBytes: 0 }) } });
  site.member.close();
  const answer = await answerOf(site.session().request({}));
  assert.equal(answer.status, 502);
  assert.equal(answer.headers["x-fairlead-error"], "connect-refused");
  assert.equal(Number(answer.headers["content-length"]), answer.body.length);
  assert.equal(answer.headers["connection"], undefined);
  const head = await answerOf(site.session().request({ ":method": "HEAD" }));
  assert.deepEqual([head.status, head.body], [502, ""]);
  const connect = await answerOf(site.session().request({ ":method": "CONNECT", ":authority": "a.test:22" }));
  assert.equal(connect.headers["x-fairlead-error"], "connect-not-supported");
});

test("many requests at once share one connection, each with an exchange of its own", async (t) => {
  const site = await startH2Site(t, { members: [always(ok), always(ok)] });
  const session = site.session();
  const answers = await Promise.all(Array.from({ length: 300 }, async () => answerOf(session.request({}))));
  assert.deepEqual(
    answers.map(({ body }) => body),
    answers.map(() => "ok"),
  );
  await site.untilIdle();
  assert.equal(site.numbers("m1").total + site.numbers("m2").total, 300);
  assert.equal(site.numbers("m1").failed, 0);
});

test("a response that breaks off is reset, never ended", async (t) => {
  const site = await startH2Site(t);
  for (const [index, begin] of ["Content-Length: 9", "Transfer-Encoding: chunked"].entries()) {
    const stream = site.session().request({});
    const connection = await site.member.connection(index);
    await connection.untilText("\r\n\r\n");
    connection.write(`HTTP/1.1 200 OK\r\n${begin}\r\n\r\n1\r\na`);
    await once(stream, "data");
    connection.socket.destroy();
    assert.equal(await resetOf(stream), constants.NGHTTP2_INTERNAL_ERROR);
  }
  await site.untilIdle();
  assert.equal(site.numbers().failed, 2);
});

test("a client that cancels costs the member its connection, never its name", async (t) => {
  const site = await startH2Site(t);
  const session = site.session();
  const kept = session.request({ ":path": "/kept" });
  const first = await site.member.connection();
  await first.untilText("/kept");
  const cancelled = session.request({ ":path": "/cancelled", ":method": "POST" });
  cancelled.write("x");
  const second = await site.member.connection(1);
  await second.untilText("x");
  cancelled.on("error", () => undefined);
  cancelled.close(constants.NGHTTP2_CANCEL);
  await second.untilGone();
  first.write(ok);
  assert.equal((await answerOf(kept)).body, "ok");
  await site.untilIdle();
  assert.equal(site.numbers().failed, 0);
});

test("a client that goes away costs all of its streams their members' connections", async (t) => {
  const site = await startH2Site(t);
  const session = site.session();
  for (let index = 0; index < 3; index++) {
    session.request({}).on("error", () => undefined);
    await (await site.member.connection(index)).untilText("\r\n\r\n");
  }
  session.destroy();
  for (let index = 0; index < 3; index++) await (await site.member.connection(index)).untilGone();
  await site.untilIdle();
  assert.equal(site.numbers().failed, 0);
});

test("an early response ends the stream, and the rest of the request is not asked for", async (t) => {
  const site = await startH2Site(t);
  const stream = site.session().request({ ":method": "POST", "content-length": "1000000" });
  stream.on("error", () => undefined);
  stream.write("x");
  const connection = await site.member.connection();
  await connection.untilText("x");
  connection.write("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
  connection.socket.end();
  const answer = await answerOf(stream);
  assert.deepEqual([answer.status, answer.body], [413, "no"]);
});
