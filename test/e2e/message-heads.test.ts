import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../support/fake-clock.ts";
import { always } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 0\r\n\r\n";
const added = (host: string, protocol = "http"): string =>
  `X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: ${protocol}\r\nX-Forwarded-Host: ${host}\r\n`;

describe("a request's head", () => {
  const cases: readonly { name: string; sent: string; got: string }[] = [
    {
      name: "keeps the order, the case and the bytes of what is not between neighbours",
      sent: 'RPC_IN_DATA /rpc/RpcProxy.dll?a@b.c:6001 HTTP/1.1\r\nhOsT: A.example\r\nX-B: \xe4\xf6 \t.\r\nx-b:2\r\nCookie: a=b; c="d"\r\n\r\n',
      got: `RPC_IN_DATA /rpc/RpcProxy.dll?a@b.c:6001 HTTP/1.1\r\nhOsT: A.example\r\nX-B: \xe4\xf6 \t.\r\nx-b:2\r\nCookie: a=b; c="d"\r\n${added("A.example")}\r\n`,
    },
    {
      name: "keeps the target's bytes, escapes and case",
      sent: "GET /OWA/%2e%2E/%c3%a4?q=%zz&x=\xff{} HTTP/1.1\r\nHost: a\r\n\r\n",
      got: `GET /OWA/%2e%2E/%c3%a4?q=%zz&x=\xff{} HTTP/1.1\r\nHost: a\r\n${added("a")}\r\n`,
    },
    {
      name: "loses what belongs to the connection, and what Connection names",
      sent: "GET / HTTP/1.1\r\nConnection: X-One, keep-alive\r\nX-One: 1\r\nHost: a\r\nKeep-Alive: 9\r\nProxy-Connection: x\r\nTE: gzip\r\nconnection: x-TWO\r\nX-Two: 2\r\nx-one: 3\r\nX-Three: 3\r\n\r\n",
      got: `GET / HTTP/1.1\r\nHost: a\r\nX-Three: 3\r\n${added("a")}\r\n`,
    },
    {
      name: "keeps TE: trailers, Expect and Upgrade-Insecure-Requests",
      sent: "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nUpgrade-Insecure-Requests: 1\r\n\r\n",
      got: `GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nUpgrade-Insecure-Requests: 1\r\n${added("a")}\r\n`,
    },
    {
      name: "from a peer that is not trusted loses all forwarded fields",
      sent: "GET / HTTP/1.1\r\nHost: a\r\nx-forwarded-for: 6.6.6.6\r\nX-Forwarded-For: 7.7.7.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nForwarded: for=6.6.6.6\r\n\r\n",
      got: `GET / HTTP/1.1\r\nHost: a\r\n${added("a")}\r\n`,
    },
    {
      name: "in absolute form is sent in origin form, its authority wins",
      sent: "GET http://B.example:81/x?y HTTP/1.1\r\nHost: evil\r\nX-A: 1\r\n\r\n",
      got: `GET /x?y HTTP/1.1\r\nHost: B.example:81\r\nX-A: 1\r\n${added("B.example:81")}\r\n`,
    },
    {
      name: "in absolute form without a path asks for /",
      sent: "GET http://b.example?y HTTP/1.1\r\nHost: b.example\r\n\r\n",
      got: `GET /?y HTTP/1.1\r\nHost: b.example\r\n${added("b.example")}\r\n`,
    },
    {
      name: "may be OPTIONS *",
      sent: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      got: `OPTIONS * HTTP/1.1\r\nHost: a\r\n${added("a")}\r\n`,
    },
    {
      name: "of HTTP/1.0 goes on as HTTP/1.1 without Expect",
      sent: "GET /x HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nConnection: keep-alive\r\n\r\n",
      got: `GET /x HTTP/1.1\r\nHost: a\r\n${added("a")}\r\n`,
    },
  ];
  for (const { name, sent, got } of cases) {
    it(name, async (t) => {
      const site = await startSite(t);
      site.client().write(sent);
      const connection = await site.member.connection();
      assert.equal(await connection.untilText("\r\n\r\n"), got);
    });
  }

  it("from a trusted peer keeps its forwarded fields, the peer is appended", async (t) => {
    const site = await startSite(t, { config: { forwarded: { trusted: ["127.0.0.0/8"], standard: false } } });
    site
      .client()
      .write(
        "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 7.7.7.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b\r\nForwarded: for=6.6.6.6\r\n\r\n",
      );
    const connection = await site.member.connection();
    assert.equal(
      await connection.untilText("\r\n\r\n"),
      "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, 7.7.7.7, 127.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b\r\nForwarded: for=6.6.6.6\r\n\r\n",
    );
  });

  it("has RFC 7239's Forwarded where that is asked for, and what came before it only from a trusted peer", async (t) => {
    for (const [trusted, before] of [
      [[], ""],
      [["127.0.0.1/32"], "for=6.6.6.6, "],
    ] as const) {
      const site = await startSite(t, { config: { forwarded: { trusted, standard: true } } });
      site.client().write("GET / HTTP/1.1\r\nHost: a\r\nForwarded: for=6.6.6.6\r\n\r\n");
      const connection = await site.member.connection();
      const text = await connection.untilText("\r\n\r\n");
      assert.ok(text.includes(`\r\nForwarded: ${before}for=127.0.0.1;proto=http;host="a"\r\n`), text);
      assert.equal(text.split("Forwarded: ").length, 2);
    }
  });

  it("may carry 64 KB of Authorization", async (t) => {
    const site = await startSite(t);
    const token = "A".repeat(65_536);
    site.client().write(`GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Negotiate ${token}\r\n\r\n`);
    const connection = await site.member.connection();
    const text = await connection.untilText("\r\n\r\n");
    assert.ok(text.includes(`\r\nAuthorization: Negotiate ${token}\r\n`));
  });
});

describe("a response's head", () => {
  it("keeps its lines apart and in order, a reason of any length, and loses what belongs to the connection", async (t) => {
    const reason = `RPC Error: ${"e".repeat(900)}`;
    const kept =
      'WWW-Authenticate: Negotiate\r\nwww-authenticate: Basic realm="a"\r\nWWW-Authenticate: Bearer x\r\nDate: x\r\nSet-Cookie: a=b; Path=/Owa\r\nSet-Cookie: c=\xe4\r\n';
    const site = await startSite(t, {
      members: [
        always(
          `HTTP/1.1 403 ${reason}\r\n${kept}Connection: keep-alive, X-One\r\nX-One: 1\r\nKeep-Alive: timeout=9\r\nUpgrade: h2c\r\nProxy-Connection: x\r\nContent-Length: 0\r\n\r\n`,
        ),
      ],
    });
    const client = site.client().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal(await client.untilText("\r\n\r\n"), `HTTP/1.1 403 ${reason}\r\n${kept}Content-Length: 0\r\n\r\n`);
  });

  it("gets a Date only where there is none", async (t) => {
    const clock = new FakeClock(Date.UTC(2026, 1, 3, 4, 5, 6));
    const site = await startSite(t, { members: [always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")], clock });
    const client = site.client().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal(
      await client.untilText("\r\n\r\n"),
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: Tue, 03 Feb 2026 04:05:06 GMT\r\n\r\n",
    );
  });

  it("of HTTP/1.0 goes on as HTTP/1.1, and its connection is not used again unless it says so", async (t) => {
    const site = await startSite(t, { members: [always("HTTP/1.0 200 OK\r\nDate: x\r\nContent-Length: 0\r\n\r\n")] });
    const client = site.client();
    for (const number of [1, 2]) {
      client.received = Buffer.alloc(0);
      client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.equal(await client.untilText("\r\n\r\n"), ok);
      assert.equal(site.member.connections.length, number);
    }
  });
});

describe("an HTTP/1.0 client", () => {
  it("that says nothing is answered and closed", async (t) => {
    const site = await startSite(t, { members: [always(ok)] });
    const client = site.client().write("GET / HTTP/1.0\r\nHost: a\r\n\r\nGET / HTTP/1.0\r\nHost: a\r\n\r\n");
    assert.equal(
      await client.untilEnd(),
      "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
  });

  it("that asks for it keeps its connection, and is told so", async (t) => {
    const site = await startSite(t, { members: [always(ok)] });
    const client = site.client();
    for (const number of [1, 2]) {
      client.received = Buffer.alloc(0);
      client.write("GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n");
      assert.equal(
        await client.untilText("\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n",
        `response ${number}`,
      );
    }
  });

  it("gets a chunked body without its chunks, ended by the connection, however it is cut", async (t) => {
    const body = "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\n";
    const site = await startSite(t);
    for (let cut = 0; cut < body.length; cut++) {
      const client = site.client().write("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
      const connection = await site.member.connection(cut === 0 ? 0 : site.member.connections.length - 1);
      connection.clear();
      await connection.untilText("\r\n\r\n");
      connection.write(
        `HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n${body.slice(0, cut)}`,
      );
      await new Promise<void>((resolve) => setImmediate(resolve));
      connection.write(body.slice(cut));
      assert.equal(
        await client.untilEnd(),
        "HTTP/1.1 200 OK\r\nDate: x\r\nConnection: close\r\n\r\nabc0123456789",
        `cut at ${cut}`,
      );
      client.close();
    }
  });

  it("never gets an interim response", async (t) => {
    const site = await startSite(t, { members: [always(`HTTP/1.1 103 Hints\r\n\r\n${ok}`)] });
    const client = site.client().write("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 200 /);
  });
});
