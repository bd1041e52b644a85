import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import type { RouteConfig, RouteLimitsConfig } from "../../src/config/config.ts";
import type { ExchangeRecord } from "../../src/farm/exchange-record.ts";
import { advanceUntil } from "../support/advance-until.ts";
import { aMember } from "../support/configs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startH2Site } from "../support/h2-site.ts";
import { quiet } from "../support/quiet.ts";
import { always, type RawConnection } from "../support/raw-member.ts";
import { type Site, startSite } from "../support/site.ts";
import { until } from "../support/until.ts";

type Told = Readonly<Omit<ExchangeRecord, "begin" | "failed">>;
type SiteOptions = NonNullable<Parameters<typeof startSite>[1]>;

const get = "GET /a?b=c HTTP/1.1\r\nHost: mail.example.test\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const unavailable = "HTTP/1.1 503 No\r\nDate: x\r\nContent-Length: 0\r\n\r\n";

/** Answers one request and closes at the second. */
const answersOnce = (connection: RawConnection): void => {
  let requests = 0;
  connection.socket.on("data", () => {
    requests++;
    if (requests === 1) connection.write(ok);
    else connection.socket.destroy();
  });
};

/** A site and what was told of its requests so far. */
async function recorded(t: TestContext, options: SiteOptions = {}): Promise<{ site: Site; told: Told[] }> {
  const told: Told[] = [];
  const site = await startSite(t, { ...options, observers: [(record) => told.push(Object.assign({}, record))] });
  return { site, told };
}

async function untilTold(told: readonly Told[], count = 1): Promise<Told> {
  await until(() => told.length >= count);
  await quiet();
  assert.equal(told.length, count, "each request is told of once");
  const last = told.at(-1);
  assert.ok(last);
  return last;
}

/** The part of a record that does not depend on time. */
function outline({ status, reason, blame, attempts, server }: Told): string {
  return `${status} ${reason} ${blame} ${attempts} ${server}`;
}

const limited = (path: string, limits: Partial<RouteLimitsConfig>): RouteConfig => {
  return {
    host: null,
    path,
    farm: "owa",
    limits: { allow: null, deny: [], rate: null, maxBodyBytes: 0, ...limits },
  };
};

const requestOf = (line: string, fields = ""): string => `${line} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

describe("what is told of a request when it is over", () => {
  it("is why a request was refused that does not hold to a limit", async (t) => {
    const rate = { requests: 1, perMs: 3_600_000, burst: 1 };
    const routes = [
      limited("/closed", { allow: ["10.0.0.0/8"] }),
      limited("/small", { maxBodyBytes: 10 }),
      limited("/slow", { rate }),
    ];
    const { site, told } = await recorded(t, {
      members: [always(ok)],
      config: { routes },
      listener: { maxUrlBytes: 100, maxHeaderFields: 10 },
    });
    const cases: readonly (readonly [string, string])[] = [
      [requestOf("GET /closed"), "403 address-not-allowed client 0 "],
      [requestOf("POST /small", "Content-Length: 11\r\n"), "413 body-too-large client 0 "],
      [requestOf("GET /slow"), "200 ok  1 m1"],
      [requestOf("GET /slow"), "429 too-many-requests client 0 "],
      [requestOf(`GET /${"u".repeat(100)}`), "414 uri-too-long client 0 "],
      [requestOf("GET /", "X: y\r\n".repeat(10)), "431 too-many-headers client 0 "],
    ];
    for (const [index, [bytes, expected]] of cases.entries()) {
      await site.client().write(bytes).untilText("\r\n\r\n");
      assert.equal(outline(await untilTold(told, index + 1)), expected);
    }
    assert.deepEqual(
      told.map(({ farm }) => farm),
      ["owa", "owa", "owa", "owa", "", ""],
    );
  });

  it("is all there is to know", async (t) => {
    const { site, told } = await recorded(t, { members: [always(ok)] });
    const request = "POST /a?b=c HTTP/1.1\r\nHost: mail.example.test\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nabc";
    const client = site.client().write(request);
    await client.untilText("ok");
    const { startedAt, startedTime, totalMs, connectMs, firstByteMs, connection, head, ...rest } =
      await untilTold(told);
    assert.ok(startedAt > 0 && totalMs >= 0 && connectMs > 0 && firstByteMs >= 0);
    assert.ok(Math.abs(startedTime + totalMs - Date.now()) < 60_000);
    assert.equal(head, request.slice(0, -3));
    assert.deepEqual(
      { ...connection, clientPort: 0 },
      { localAddress: "127.0.0.1", localPort: site.router.port, clientPort: 0, tlsVersion: "", tlsCipher: "" },
    );
    assert.equal(connection.clientPort, client.socket.localPort);
    assert.deepEqual(rest, {
      requestBytes: request.length,
      responseBytes: ok.length,
      status: 200,
      queueMs: 0,
      retriedFor: "",
      rule: "",
      pinned: false,
      reason: "ok",
      traceId: "",
      parentId: "",
      spanId: "",
      sampled: false,
      logId: "",
      blame: "",
      clientAddress: "127.0.0.1",
      protocol: "http",
      method: "POST",
      target: "/a?b=c",
      host: "mail.example.test",
      version: "1.1",
      farm: "owa",
      server: "m1",
      attempts: 1,
    });
  });

  it("begins anew with each request of a connection", async (t) => {
    const { site, told } = await recorded(t, { members: [always(ok)] });
    site
      .client()
      .write(
        "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx" + get + "GET /none HTTP/1.0\r\nHost: a\r\n\r\n",
      );
    await untilTold(told, 3);
    assert.deepEqual(
      told.map(({ target, requestBytes, responseBytes, version }) => [
        target,
        requestBytes > get.length,
        responseBytes,
        version,
      ]),
      [
        ["/1", true, ok.length, "1.1"],
        ["/a?b=c", false, ok.length, "1.1"],
        ["/none", false, ok.length + "Connection: close\r\n".length, "1.0"],
      ],
    );
    // The connection to the member was there.
    assert.ok((told[0]?.connectMs ?? 0) > 0);
    assert.equal(told[1]?.connectMs, 0);
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ["no HTTP at all", "hello\r\n\r\n", "400 bad-request client 0 "],
    ["a version that is not spoken", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", "505 unsupported-version client 0 "],
    ["a header that is too large", `GET / HTTP/1.1\r\nX: ${"x".repeat(200_000)}`, "431 header-too-large client 0 "],
    ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "501 connect-not-supported client 0 "],
    [
      "a malformed body",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxx",
      "400 bad-request client 0 ",
    ],
  ];
  for (const [what, bytes, expected] of refused) {
    it(`names the reason for ${what}`, async (t) => {
      const { site, told } = await recorded(t);
      site.client().write(bytes);
      const record = await untilTold(told);
      assert.equal(outline(record), expected);
      assert.ok(record.requestBytes > 0 && record.responseBytes > 0);
    });
  }

  it("is told of an address under which nothing is published", async (t) => {
    const { site, told } = await recorded(t, { config: { routes: [] } });
    site.client().write(get);
    assert.equal(outline(await untilTold(told)), "404 no-route configuration 0 ");
  });

  it("is told of a redirect", async (t) => {
    const { site, told } = await recorded(t, { listener: { redirect: { port: 443 } } });
    site.client().write(get);
    assert.equal(outline(await untilTold(told)), "301 ok  0 ");
  });

  it("names the member that answered after another one had failed, and why", async (t) => {
    const closed = aMember("gone", "127.0.0.1", 1);
    const { site, told } = await recorded(t, { members: [always(ok)] });
    const { site: failing, told: second } = await recorded(t, {
      farm: { members: [closed, site.member.config] },
    });
    failing.client().write(get);
    const record = await untilTold(second);
    assert.equal(outline(record), "200 ok  2 m1");
    assert.equal(record.retriedFor, "connect-refused");
    assert.equal(told.length, 0);
  });

  it("names the last failure where no member could answer", async (t) => {
    const { site, told } = await recorded(t, { farm: { members: [aMember("gone", "127.0.0.1", 1)] } });
    site.client().write(get);
    const record = await untilTold(told);
    assert.equal(outline(record), "502 connect-refused member 1 gone");
    assert.equal(record.firstByteMs, -1);
  });

  it("says that a 503 was passed over", async (t) => {
    const { site, told } = await recorded(t, { members: [always(unavailable), always(ok)] });
    site.client().write(get);
    const record = await untilTold(told);
    assert.equal(outline(record), "200 ok  2 m2");
    assert.equal(record.retriedFor, "member-503");
  });

  it("says that a connection had gone stale", async (t) => {
    const { site, told } = await recorded(t, { members: [answersOnce] });
    const client = site.client().write(get);
    await client.untilText("ok");
    client.clear();
    client.write(get);
    await client.untilText("ok");
    const record = await untilTold(told, 2);
    assert.equal(outline(record), "200 ok  1 m1");
    assert.equal(record.retriedFor, "member-closed");
  });

  it("says who was pinned", async (t) => {
    const { site, told } = await recorded(t, { members: [always(ok)], farm: { connectionAuth: "pin" } });
    site.client().write(get);
    assert.equal((await untilTold(told)).pinned, true);
  });

  it("is told once where the client goes away while it waits", async (t) => {
    const { site, told } = await recorded(t);
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    client.socket.resetAndDestroy();
    assert.equal(outline(await untilTold(told)), "0 client-closed client 1 m1");
  });

  it("is told once where the member breaks its response off", async (t) => {
    const { site, told } = await recorded(t);
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 20\r\n\r\nabc");
    await client.untilText("abc");
    connection.socket.destroy();
    assert.equal(outline(await untilTold(told)), "200 response-cut member 1 m1");
  });

  it("is told of a tunnel when it ends, with all of its bytes", async (t) => {
    const { site, told } = await recorded(t);
    const client = site.client().write("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 101 Fine\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    await client.untilText("\r\n\r\n");
    const before = client.total;
    connection.write("x".repeat(1000));
    client.write("y".repeat(500));
    await client.untilText("xxxxx");
    await connection.untilText("yyyyy");
    assert.equal(told.length, 0);
    client.socket.end();
    connection.socket.end();
    const record = await untilTold(told);
    assert.equal(outline(record), "101 ok  1 m1");
    assert.equal(record.responseBytes, before + 1000);
    assert.ok(record.requestBytes > 500);
  });

  it("has the time that each part took", async (t) => {
    const clock = new FakeClock();
    const { site, told } = await recorded(t, { clock });
    const client = site.client().write("GET /slow HTTP/1.1\r\n");
    await quiet();
    await clock.advance(100);
    client.write("Host: a\r\n\r\n");
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    await clock.advance(30);
    connection.write("HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\n");
    await client.untilText("\r\n\r\n");
    await clock.advance(5);
    connection.write("ok");
    const record = await untilTold(told);
    assert.deepEqual([record.firstByteMs, record.totalMs], [30, 135]);
    assert.equal(record.startedTime, Date.UTC(2026, 0, 1));
  });

  const timeouts: readonly (readonly [string, string, string])[] = [
    ["its header does not come", "GET / HT", "408 header-timeout client 0 "],
    [
      "its body does not come",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
      "408 client-timeout client 1 m1",
    ],
    ["the member does not answer", get, "504 response-timeout member 1 m1"],
  ];
  for (const [when, bytes, expected] of timeouts) {
    it(`is told when time is up because ${when}`, async (t) => {
      const clock = new FakeClock();
      const { site, told } = await recorded(t, { clock });
      site.client().write(bytes);
      await advanceUntil(clock, () => told.length > 0);
      assert.equal(outline(await untilTold(told)), expected);
    });
  }

  it("has the version of HTTP and TLS, for each request of an HTTP/2 connection", async (t) => {
    const told: Told[] = [];
    const site = await startH2Site(t, {
      members: [always(ok)],
      observers: [(record) => told.push(Object.assign({}, record))],
    });
    const session = site.session();
    const answers = ["/1", "/2", "/3"].map(async (path) => {
      const stream = session.request({ ":path": path, "user-agent": "h2" }).resume();
      await once(stream, "end");
    });
    await Promise.all(answers);
    await untilTold(told, 3);
    assert.deepEqual(told.map(({ target }) => target).toSorted(), ["/1", "/2", "/3"]);
    for (const record of told) {
      assert.equal(`${record.protocol} ${record.version} ${record.connection.tlsVersion}`, "https 2 TLSv1.3");
      assert.match(record.connection.tlsCipher, /^TLS_/);
      assert.match(record.head, /\r\nuser-agent: h2\r\n/i);
      assert.equal(outline(record), "200 ok  1 m1");
    }
  });

  it("harms nobody where who hears of it fails", async (t) => {
    const site = await startSite(t, {
      members: [always(ok)],
      observers: [
        () => {
          throw new Error("a broken observer");
        },
      ],
    });
    const client = site.client().write(get + get);
    await client.until(({ text }) => text.split("200 OK").length === 3);
  });
});
