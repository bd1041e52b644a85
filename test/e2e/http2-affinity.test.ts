import assert from "node:assert/strict";
import type { ClientHttp2Session, OutgoingHttpHeaders } from "node:http2";
import { describe, it } from "node:test";
import { byCookie, namedMembers, okAnswer, setServer, type Respond } from "../support/affinity.ts";
import { answerOf, startH2Site, type H2Answer } from "../support/h2-site.ts";
import type { RawConnection } from "../support/raw-member.ts";

async function get(session: ClientHttp2Session, fields: OutgoingHttpHeaders = {}): Promise<H2Answer> {
  return answerOf(session.request(fields));
}

function cookieOf({ headers }: H2Answer): string {
  const [line = ""] = headers["set-cookie"] ?? [];
  return line.split(";")[0] ?? "";
}

function failing({ socket }: RawConnection): void {
  socket.on("data", () => socket.destroy());
}

describe("a client that speaks HTTP/2", () => {
  it("gets the cookie once, Secure, and comes back with it on any stream or connection", async (t) => {
    const site = await startH2Site(t, { members: namedMembers(3), farm: { affinity: byCookie() } });
    const session = site.session();
    const first = [await get(session), await get(session), await get(session)];
    assert.deepEqual(
      first.map(({ headers }) => headers["x-member"]),
      ["m1", "m2", "m3"],
    );
    for (const { headers } of first) {
      assert.match(
        headers["set-cookie"]?.join("|") ?? "",
        /^sid=[\da-f]{32}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
    }
    const again = first.flatMap((answer) => {
      const cookie = cookieOf(answer);
      const ways = [{ cookie }, { cookie: ["a=1", cookie, "b=2"] }, { cookie: `a=1; ${cookie}` }];
      return ways.map(async (fields) => [answer.headers["x-member"], await get(session, fields)] as const);
    });
    for (const [member, { headers }] of await Promise.all(again)) {
      assert.deepEqual([headers["x-member"], headers["set-cookie"]], [member, undefined]);
    }
    const other = await get(site.session(), { cookie: cookieOf(first[1]!) });
    assert.equal(other.headers["x-member"], "m2");
  });

  it("gets it beside the member's own, with answers that have no body too", async (t) => {
    const answers: Readonly<Record<string, string>> = {
      "/own": okAnswer.replace("\r\n\r\n", "\r\nSet-Cookie: own=1\r\nSet-Cookie: two=2\r\n\r\n"),
      "/304": "HTTP/1.1 304 No\r\n\r\n",
      "/204": "HTTP/1.1 204 No\r\n\r\n",
      "/302": "HTTP/1.1 302 No\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
      "/chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      "/free": okAnswer.replace("\r\n\r\n", "\r\nArr-Disable-Session-Affinity: true\r\n\r\n"),
    };
    const respond: Respond = (request) => answers[request.split(" ")[1] ?? ""] ?? okAnswer;
    const site = await startH2Site(t, { members: namedMembers(1, respond), farm: { affinity: byCookie() } });
    const session = site.session();
    const lines: Record<string, number> = {};
    for (const path of Object.keys(answers)) {
      const { headers } = await get(session, { ":path": path });
      lines[path] = headers["set-cookie"]?.length ?? 0;
      assert.equal(headers["arr-disable-session-affinity"], undefined);
    }
    assert.deepEqual(lines, { "/own": 3, "/304": 1, "/204": 1, "/302": 1, "/chunked": 1, "/free": 0 });
    const head = await get(session, { ":method": "HEAD" });
    assert.match(cookieOf(head), /^sid=/);
  });

  it("is the same client with HTTP/1.1", async (t) => {
    const site = await startH2Site(t, { members: namedMembers(3), farm: { affinity: byCookie() } });
    const session = site.session();
    await get(session);
    const cookie = cookieOf(await get(session));
    const socket = await site.tls(["http/1.1"], "mail.example.test");
    socket.write(`GET / HTTP/1.1\r\nHost: mail.example.test\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`);
    let text = "";
    for await (const bytes of socket) text += String(bytes);
    assert.match(text, /\r\nX-Member: m2\r\n/);
    assert.doesNotMatch(text, /set-cookie/i);
  });

  it("is bound by no answer of the router's own", async (t) => {
    const site = await startH2Site(t, { members: [failing], farm: { affinity: byCookie() } });
    const failed = await get(site.session(), { ":method": "POST" });
    assert.deepEqual([failed.status, failed.headers["set-cookie"]], [502, undefined]);
    setServer(site.router, "m1", "unavailable");
    const refused = await get(site.session());
    assert.deepEqual([refused.status, refused.headers["set-cookie"]], [503, undefined]);
  });

  it("is bound by no answer that sends it to a connection of its own", async (t) => {
    const site = await startH2Site(t, { members: namedMembers(1, () => null), farm: { affinity: byCookie() } });
    const stream = site.session("other.example.test").request({ ":authority": "mail.example.test" });
    const member = await site.member.connection();
    member.write("HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n");
    const answer = await answerOf(stream);
    assert.deepEqual([answer.status, answer.headers["set-cookie"]], [421, undefined]);
  });
});
