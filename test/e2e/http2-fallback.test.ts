import assert from "node:assert/strict";
import { constants } from "node:http2";
import { test } from "node:test";
import { answerOf, h2Host, resetOf, startH2Site } from "../support/h2-site.ts";
import { always } from "../support/raw-member.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const { NGHTTP2_HTTP_1_1_REQUIRED } = constants;
const pinned = "ews.example.test";

test("a response that authenticates a connection sends the client to HTTP/1.1, and the connection is nobody's", async (t) => {
  const site = await startH2Site(t);
  const session = site.session();
  for (const [index, status] of ["401 Unauthorized", "407 Proxy Authentication Required"].entries()) {
    const stream = session.request({});
    const connection = await site.member.connection(index);
    await connection.untilText("\r\n\r\n");
    const name = status.startsWith("401") ? "WWW" : "Proxy";
    connection.write(
      `HTTP/1.1 ${status}\r\n${name}-Authenticate: Basic realm="x"\r\n${name}-Authenticate: NTLM\r\nContent-Length: 2\r\n\r\nno`,
    );
    assert.equal(await resetOf(stream), NGHTTP2_HTTP_1_1_REQUIRED);
    await connection.untilGone();
  }
  // Other schemes authenticate requests.
  const basic = session.request({});
  const connection = await site.member.connection(2);
  await connection.untilText("\r\n\r\n");
  connection.write('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 2\r\n\r\nno');
  assert.equal((await answerOf(basic)).status, 401);
  await site.untilIdle();
  assert.equal(site.numbers().failed, 0);
});

test("credentials for a connection are sent to no member", async (t) => {
  const site = await startH2Site(t, { members: [always(ok)] });
  const session = site.session();
  for (const authorization of ["NTLM TlRMTVNTUAAB", "Negotiate YIIabc", "negotiate x"]) {
    assert.equal(await resetOf(session.request({ authorization })), NGHTTP2_HTTP_1_1_REQUIRED);
  }
  assert.equal((await answerOf(session.request({ authorization: "Basic x" }))).body, "ok");
  assert.equal(site.numbers().total, 1);
});

test("a scheme that nobody knows gets a member's connection for its one request", async (t) => {
  const site = await startH2Site(t, { members: [always(ok)] });
  const session = site.session();
  for (let index = 0; index < 2; index++) {
    assert.equal((await answerOf(session.request({ authorization: "Unheard-Of x" }))).body, "ok");
    await (await site.member.connection(index)).untilGone();
  }
  assert.equal(site.member.connections.length, 2);
});

test("a farm that pins is not reached over HTTP/2", async (t) => {
  const site = await startH2Site(t, { members: [always(ok)], farm: { connectionAuth: "pin" } });
  // Made for this name, when it led elsewhere.
  assert.equal(await resetOf(site.session().request({})), NGHTTP2_HTTP_1_1_REQUIRED);
  const other = site.session("owa.example.test");
  const stream = other.request({ ":authority": h2Host });
  const answer = await answerOf(stream);
  assert.deepEqual([answer.status, answer.headers["x-fairlead-error"]], [421, "misdirected"]);
  assert.equal(site.numbers().total, 0);
});

test("HTTP/2 is agreed on by name, and a new configuration decides for new connections", async (t) => {
  const site = await startH2Site(t, { http1Hosts: [pinned], members: [always(ok)] });
  const both = ["h2", "http/1.1"];
  assert.equal((await site.tls(both, h2Host)).alpnProtocol, "h2");
  assert.equal((await site.tls(both, pinned)).alpnProtocol, "http/1.1");
  assert.equal((await site.tls(both)).alpnProtocol, "http/1.1");
  assert.equal((await site.tls(["http/1.1"], h2Host)).alpnProtocol, "http/1.1");
  assert.equal((await site.tls([], h2Host)).alpnProtocol, false);
  await assert.rejects(site.tls(["h2"], pinned), /alert number 120/);
  const session = site.session();
  assert.equal((await answerOf(session.request({}))).body, "ok");
  const { config } = site.router.control;
  const listeners = config.listeners.map((listener) => ({
    ...listener,
    tls: listener.tls === null ? null : { ...listener.tls, http2: { http1Hosts: [h2Host] } },
  }));
  await site.router.apply({ ...config, listeners });
  assert.equal((await site.tls(both, h2Host)).alpnProtocol, "http/1.1");
  assert.equal((await site.tls(both, pinned)).alpnProtocol, "h2");
  // What is connected stays.
  assert.equal((await answerOf(session.request({}))).body, "ok");
});
