import assert from "node:assert/strict";
import type { OutgoingHttpHeaders } from "node:http2";
import { describe, it } from "node:test";
import type { LimitsConfig, RequestLimitsConfig, RouteConfig, RouteLimitsConfig } from "../../src/config/config.ts";
import { aConfig, aFarm } from "../support/configs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { answerOf, startH2Site } from "../support/h2-site.ts";
import { quiet } from "../support/quiet.ts";
import { always } from "../support/raw-member.ts";
import { type Site, startSite } from "../support/site.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const get = (path: string, fields = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const limits = (rest: Partial<RouteLimitsConfig>): RouteLimitsConfig => {
  return { allow: null, deny: [], rate: null, maxBodyBytes: 0, ...rest };
};
const everywhere = (rest: Partial<RequestLimitsConfig>): LimitsConfig => {
  return { connections: null, connectionsPerClient: null, requests: { allow: null, deny: [], rate: null, ...rest } };
};
const route = (path: string, rest: Partial<RouteLimitsConfig> | null = null): RouteConfig => {
  return { host: null, path, farm: "owa", ...(rest === null ? {} : { limits: limits(rest) }) };
};

/** The status, the code and whether the connection goes on, of one answer after the other. */
async function answers(site: Site, requests: readonly string[]): Promise<string[]> {
  const client = site.client();
  const got: string[] = [];
  for (const request of requests) {
    client.clear();
    const text = await client.write(request).untilText(/\r\n\r\n(?:ok$|<!DOCTYPE[^]*<\/html>\n)/);
    const code = /\r\nX-Fairlead-Error: (\S+)\r\n/.exec(text)?.[1] ?? "";
    got.push(`${text.slice(9, 12)} ${code}${/\r\nConnection: close\r\n/.test(text) ? " close" : ""}`.trim());
  }
  return got;
}

describe("who may use a route", () => {
  const routes = [
    route("/"),
    route("/ecp", { allow: ["127.0.0.0/8"], deny: ["127.0.0.9/32"] }),
    route("/owa", { allow: ["10.0.0.0/8", "::/0"] }),
    route("/ews", { deny: ["127.0.0.1/32"] }),
  ];

  it("is told by the address of the connection; the others are refused before anything is dialled", async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { routes } });
    const requests = ["/ecp", "/owa", "/owa/x", "/ews", "/", "/OWA/%61"].map((path) => get(path));
    assert.deepEqual(await answers(site, requests), [
      "200",
      "403 address-not-allowed",
      "403 address-not-allowed",
      "403 address-not-allowed",
      "200",
      "403 address-not-allowed",
    ]);
    assert.equal(site.numbers().total, 2);
  });

  it("is not told by X-Forwarded-For of a peer that is not trusted", async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { routes } });
    assert.deepEqual(
      await answers(site, [
        get("/owa", "X-Forwarded-For: 10.0.0.1\r\n"),
        get("/ecp", "X-Forwarded-For: 192.0.2.1\r\n"),
      ]),
      ["403 address-not-allowed", "200"],
    );
  });

  it("is told by the right-most untrusted address where the peer is trusted", async (t) => {
    const config = { routes, forwarded: { trusted: ["127.0.0.0/8", "10.0.0.99/32"], standard: false } };
    const site = await startSite(t, { members: [always(ok)], config });
    const allowed = [
      "10.0.0.1",
      "192.0.2.1, 10.0.0.1",
      "10.0.0.1, 10.0.0.99, 127.0.0.3",
      "[2001:db8::1]:80",
      "::ffff:10.0.0.1",
    ];
    const not = ["192.0.2.1", "10.0.0.1, 192.0.2.1", "unknown", "10.0.0.1, unknown", "unknown, 127.0.0.3", "127.0.0.2"];
    const ask = (field: string): string => get("/owa", `X-Forwarded-For: ${field}\r\n`);
    assert.deepEqual(
      await answers(site, allowed.map(ask)),
      allowed.map(() => "200"),
    );
    assert.deepEqual(
      await answers(site, not.map(ask)),
      not.map(() => "403 address-not-allowed"),
    );
    assert.deepEqual(
      await answers(site, [get("/owa"), get("/owa", "X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 192.0.2.1\r\n")]),
      ["403 address-not-allowed", "403 address-not-allowed"],
    );
    // Who cannot be told is refused, even where only some are denied.
    assert.deepEqual(await answers(site, [get("/ews", "X-Forwarded-For: unknown\r\n")]), ["403 address-not-allowed"]);
  });

  it("holds for a target that may be read as another route's", async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { routes } });
    assert.deepEqual(await answers(site, [get("/x/../owa")]), ["400 bad-request"]);
    assert.deepEqual(await answers(site, [get("/ecp/..%2fowa")]), ["400 bad-request"]);
  });

  it("may be said for all routes", async (t) => {
    const config = { limits: everywhere({ deny: ["127.0.0.1/32"] }) };
    const site = await startSite(t, { members: [always(ok)], config });
    assert.deepEqual(await answers(site, [get("/"), get("/nothing/here")]), [
      "403 address-not-allowed",
      "403 address-not-allowed",
    ]);
  });
});

describe("a request's body", () => {
  const routes = [route("/", { maxBodyBytes: 10 }), route("/free")];

  it("that says it is too large is refused before anything is dialled", async (t) => {
    const site = await startSite(t, { config: { routes } });
    const client = site
      .client()
      .write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 413 Content Too Large\r\nX-Fairlead-Error: body-too-large\r\n/);
    assert.match(client.text, /\r\nConnection: close\r\n/);
    assert.equal(site.member.connections.length, 0);
  });

  it("of the largest size passes, however it is framed", async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { routes } });
    const head = "POST / HTTP/1.1\r\nHost: a\r\n";
    assert.deepEqual(
      await answers(site, [
        `${head}Content-Length: 10\r\n\r\n0123456789`,
        `${head}Transfer-Encoding: chunked\r\n\r\n5;a=b\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n`,
      ]),
      ["200", "200"],
    );
  });

  it("that came with its head and is too large leaves the connection open", async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { routes } });
    const head = "POST / HTTP/1.1\r\nHost: a\r\n";
    assert.deepEqual(
      await answers(site, [
        `${head}Content-Length: 11\r\n\r\n0123456789a`,
        `${head}Transfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n`,
        get("/"),
      ]),
      ["413 body-too-large", "413 body-too-large", "200"],
    );
    assert.equal(site.numbers().total, 1);
  });

  it("that grows too large in chunks ends both connections, and none of what is too much goes on", async (t) => {
    const site = await startSite(t, { config: { routes } });
    const client = site
      .client()
      .write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n");
    const connection = await site.member.connection();
    await connection.untilText("01234\r\n");
    client.write("6\r\nSECRET\r\n");
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 413 [^]*\r\nConnection: close\r\n/);
    await connection.untilGone();
    assert.ok(!connection.text.includes("SECRET"));
    assert.equal(site.numbers().failed, 0);
    await site.untilIdle();
  });

  it("that grows too large once the answer has begun ends both connections", async (t) => {
    const site = await startSite(t, { config: { routes } });
    const client = site
      .client()
      .write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n");
    const connection = await site.member.connection();
    await connection.untilText("01234\r\n");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    await client.untilText("half");
    client.write("6\r\nSECRET\r\n");
    await client.until(({ closed }) => closed);
    await connection.untilGone();
    assert.ok(!connection.text.includes("SECRET"));
    assert.equal(site.numbers().failed, 0);
  });

  it("that grows too large behind a complete answer leaves the answer whole", async (t) => {
    const site = await startSite(t, { config: { routes } });
    const client = site
      .client()
      .write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n");
    const connection = await site.member.connection();
    await connection.untilText("01234\r\n");
    connection.write(ok);
    await client.untilText("ok");
    client.write("6\r\nSECRET\r\n");
    assert.equal(await client.untilEnd(), ok);
    await connection.untilGone();
    assert.ok(!connection.text.includes("SECRET"));
  });

  it("is not limited on another route", async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { routes } });
    const body = "POST /free HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
    const client = site.client().write(body).write(Buffer.alloc(1_000_000));
    const connection = await site.member.connection();
    await connection.until(({ total }) => total > 1_000_000);
    connection.write(ok);
    await client.untilText("ok");
  });

  it("behind one that was refused is judged for itself", async (t) => {
    const site = await startSite(t, { members: [always(ok)], config: { routes } });
    const client = site.client();
    const large = `POST /free HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n${"x".repeat(20)}`;
    client.write(get("/") + large);
    await client.untilText(/ok[^]*ok$/);
    assert.ok(!client.text.includes("413"));
  });
});

describe("the rate of requests", () => {
  const rate = { requests: 1, perMs: 2000, burst: 2 };

  it("is held by 429 and Retry-After, on a connection that stays open", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, members: [always(ok)], config: { routes: [route("/", { rate })] } });
    const client = site.client();
    assert.equal(await client.write(get("/")).untilText("ok"), ok);
    client.clear();
    assert.match(
      await client.write(get("/") + get("/")).untilText("</html>"),
      /^HTTP\/1\.1 200 [^]*\r\n\r\nokHTTP\/1\.1 429 /,
    );
    assert.match(client.text, /\r\nX-Fairlead-Error: too-many-requests\r\n[^]*\r\nRetry-After: 2\r\n/);
    assert.ok(!client.text.includes("Connection: close"));
    await clock.advance(2000);
    client.clear();
    assert.equal(await client.write(get("/")).untilText("ok"), ok);
    assert.equal(site.numbers().total, 3);
  });

  it("is one for all connections of a client, and one for each route", async (t) => {
    const config = { routes: [route("/", { rate }), route("/owa", { rate }), route("/free")] };
    const site = await startSite(t, { clock: new FakeClock(), members: [always(ok)], config });
    assert.deepEqual(await answers(site, [get("/"), get("/")]), ["200", "200"]);
    assert.deepEqual(await answers(site, [get("/"), get("/owa"), get("/owa"), get("/owa"), get("/free")]), [
      "429 too-many-requests",
      "200",
      "200",
      "429 too-many-requests",
      "200",
    ]);
  });

  it("may be said for all routes, and then counts what is not published as well", async (t) => {
    const config = { routes: [route("/owa")], limits: everywhere({ rate }) };
    const site = await startSite(t, { clock: new FakeClock(), members: [always(ok)], config });
    assert.deepEqual(await answers(site, [get("/scan"), get("/owa"), get("/owa")]), [
      "404 no-route",
      "200",
      "429 too-many-requests",
    ]);
  });

  it("is by the forwarded address behind a trusted proxy, and the proxy's own where it says none", async (t) => {
    const config = {
      routes: [route("/", { rate: { ...rate, burst: 1 } })],
      forwarded: { trusted: ["127.0.0.0/8"], standard: false },
    };
    const site = await startSite(t, { clock: new FakeClock(), members: [always(ok)], config });
    const from = (address: string): string => get("/", `X-Forwarded-For: ${address}\r\n`);
    assert.deepEqual(
      await answers(site, [
        from("192.0.2.1"),
        from("192.0.2.2"),
        from("203.0.113.5, 192.0.2.1"),
        from("2001:db8::1"),
        from("2001:db8::2:3"),
        from("2001:db8:0:1::1"),
        from("unknown"),
        get("/"),
      ]),
      ["200", "200", "429 too-many-requests", "200", "429 too-many-requests", "200", "200", "429 too-many-requests"],
    );
  });

  it("goes on over a reload where its numbers are the same, and begins anew where they are not", async (t) => {
    const routes = [route("/", { rate }), route("/owa", { rate })];
    const site = await startSite(t, { clock: new FakeClock(), members: [always(ok)], config: { routes } });
    assert.deepEqual(await answers(site, [get("/"), get("/"), get("/owa"), get("/owa")]), ["200", "200", "200", "200"]);
    const farm = aFarm({ health: null, members: [site.member.config] });
    const changed = [route("/", { rate, maxBodyBytes: 10 }), route("/owa", { rate: { ...rate, burst: 1 } })];
    site.router.control.apply(aConfig([farm], { routes: changed, listeners: site.router.control.config.listeners }));
    assert.deepEqual(await answers(site, [get("/"), get("/owa"), get("/owa")]), [
      "429 too-many-requests",
      "200",
      "429 too-many-requests",
    ]);
  });
});

const lines = (count: number): string => Array.from({ length: count }, (_, line) => `X-${line}: y\r\n`).join("");

describe("a request's head", () => {
  it("may have a bounded number of lines and a URL of bounded length", async (t) => {
    const site = await startSite(t, { members: [always(ok)], listener: { maxHeaderFields: 20, maxUrlBytes: 100 } });
    assert.deepEqual(await answers(site, [get("/", lines(19)), get(`/${"u".repeat(99)}`)]), ["200", "200"]);
    assert.deepEqual(await answers(site, [get("/", lines(20))]), ["431 too-many-headers close"]);
    assert.deepEqual(await answers(site, [get(`/${"u".repeat(100)}`)]), ["414 uri-too-long close"]);
    assert.deepEqual(await answers(site, [get(`/?${"q".repeat(99)}`)]), ["414 uri-too-long close"]);
    assert.equal(site.numbers().total, 2);
  });

  it("that trickles is cut when its time is up, however often a byte comes", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock, listener: { headerTimeoutMs: 10_000 } });
    const client = site.client().write("GET / HTTP/1.1\r\n");
    await quiet();
    for (let second = 0; second < 9; second++) {
      await clock.advance(1000);
      client.write("X-Slow: y\r\n");
      await quiet();
    }
    assert.equal(client.text, "");
    await clock.advance(1300);
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 408 [^]*X-Fairlead-Error: header-timeout\r\n/);
  });
});

describe("a request over HTTP/2", () => {
  const routes = [
    route("/"),
    route("/ecp", { allow: ["10.0.0.0/8"] }),
    route("/small", { maxBodyBytes: 10 }),
    route("/slow", { rate: { requests: 1, perMs: 3_600_000, burst: 1 } }),
  ];

  it("holds to the same limits, and its neighbours go on", async (t) => {
    const site = await startH2Site(t, {
      members: [always(ok)],
      config: { routes },
      listener: { maxUrlBytes: 100, maxHeaderFields: 20 },
    });
    const session = site.session();
    const ask = async (headers: OutgoingHttpHeaders): Promise<string> => {
      const answer = await answerOf(session.request(headers));
      return `${answer.status} ${String(answer.headers["x-fairlead-error"] ?? "")}`.trim();
    };
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, line) => [`x-${line}`, "y"]));
    assert.equal(await ask({ ":path": "/" }), "200");
    assert.equal(await ask({ ":path": "/ecp" }), "403 address-not-allowed");
    assert.equal(await ask({ ":path": "/slow" }), "200");
    assert.equal(await ask({ ":path": "/slow" }), "429 too-many-requests");
    assert.equal(await ask({ ":path": `/${"u".repeat(100)}` }), "414 uri-too-long");
    assert.equal(await ask({ ":path": "/", ...many }), "431 too-many-headers");
    assert.equal(await ask({ ":path": "/small", ":method": "POST", "content-length": "11" }), "413 body-too-large");
    assert.equal(await ask({ ":path": "/" }), "200");
    assert.equal(site.numbers().total, 3);
  });

  it("whose body grows too large gets 413, and none of what is too much goes on", async (t) => {
    const site = await startH2Site(t, { config: { routes } });
    const stream = site.session().request({ ":path": "/small", ":method": "POST" });
    stream.write("01234");
    const connection = await site.member.connection();
    await connection.untilText("01234");
    stream.write("SECRET");
    const answer = await answerOf(stream);
    assert.deepEqual([answer.status, answer.headers["x-fairlead-error"]], [413, "body-too-large"]);
    await connection.untilGone();
    assert.ok(!connection.text.includes("SECRET"));
    assert.equal(site.numbers().failed, 0);
  });
});
