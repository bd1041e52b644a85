import assert from "node:assert/strict";
import { constants } from "node:http2";
import { describe, it, type TestContext } from "node:test";
import { answerOf, resetOf, startH2Site } from "../support/h2-site.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { rulesOf } from "../support/rules.ts";
import { startSite, type Site, type SiteOptions } from "../support/site.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A farm "owa" whose members answer at once, behind these rules. */
async function site(t: TestContext, rules: string, options: SiteOptions = {}): Promise<Site> {
  return startSite(t, {
    members: [answering],
    ...options,
    config: { rules: rulesOf(`rules:\n${rules}`, ["owa"]), ...options.config },
  });
}

/** All that came to the members, in order. */
function received({ members }: Pick<Site, "members">): string {
  return members.flatMap(({ connections }) => connections.map(({ text }) => text)).join("");
}

function requestLines(one: Pick<Site, "members">): string[] {
  return received(one).match(/^\S+ \S+ HTTP\/1\.[01]$/gm) ?? [];
}

/** Answers each head, and keeps what came. */
function answering(connection: RawConnection): void {
  let answered = 0;
  connection.socket.on("data", () => {
    const heads = connection.text.split("\r\n\r\n").length - 1;
    for (; answered < heads; answered++) connection.write(ok);
  });
}

function closing({ socket }: RawConnection): void {
  socket.on("data", () => socket.end());
}

const old = String.raw`  - { name: old, path: "^old/(.*)$", set: { HTTP_X_VERSION: "{SERVER_PROTOCOL}" }, rewrite: "/new/{R:1}" }`;

describe("rules", () => {
  it("are tried for each of the requests that come at once, and the answers keep their order", async (t) => {
    const one = await site(t, `${old}\n  - { name: gone, path: ^gone$, respond: { status: 410, body: gone } }`);
    const client = one.client();
    const paths = ["/old/1", "/gone", "/as/it/is", "/old/2", "/gone"];
    client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
    await client.until(({ text }) => text.split("HTTP/1.1 ").length === 6 && text.endsWith("gone"));
    assert.deepEqual(
      client.text.match(/HTTP\/1\.1 \d+/g),
      [200, 410, 200, 200, 410].map((code) => `HTTP/1.1 ${code}`),
    );
    assert.deepEqual(requestLines(one), ["GET /new/1 HTTP/1.1", "GET /as/it/is HTTP/1.1", "GET /new/2 HTTP/1.1"]);
    assert.equal(received(one).split("X-Version: HTTP/1.1").length, 3);
  });

  it("are not tried again where a request is sent to another member: it gets the same", async (t) => {
    const one = await site(t, old.replace("HTTP_X_VERSION", "HTTP_HOST: inner.test, HTTP_X_VERSION"), {
      members: [closing, answering],
    });
    const client = one.client().write("GET /old/1?q HTTP/1.1\r\nHost: a\r\nX-Kept: 1\r\n\r\n");
    await client.untilText("ok");
    const heads = one.members.map(({ connections }) => connections[0]?.text ?? "");
    const tried = heads.filter((text) => text !== "");
    assert.ok(tried.length === 2, "it was not sent again");
    assert.equal(tried[0], tried[1]);
    assert.match(
      tried[1] ?? "",
      /^GET \/new\/1\?q HTTP\/1\.1\r\nHost: inner\.test\r\nX-Kept: 1\r\nX-Version: HTTP\/1\.1\r\n/,
    );
  });

  it("change with a reload, for the next request of a connection, too", async (t) => {
    const one = await site(t, old);
    const client = one.client();
    const ask = async (): Promise<void> => {
      client.received = Buffer.alloc(0);
      await client.write("GET /old/1 HTTP/1.1\r\nHost: a\r\n\r\n").untilText("ok");
    };
    await ask();
    const changed = rulesOf(`rules:\n${old.replace("/new/", "/newer/")}`, ["owa"]);
    await one.router.apply({ ...one.router.control.config, rules: changed });
    await ask();
    await one.router.apply({ ...one.router.control.config, rules: { inbound: [], outbound: [], maps: [] } });
    await ask();
    assert.deepEqual(requestLines(one), ["GET /new/1 HTTP/1.1", "GET /newer/1 HTTP/1.1", "GET /old/1 HTTP/1.1"]);
  });

  const targets: readonly (readonly [title: string, head: string, sent: RegExp])[] = [
    [
      "a target in absolute form, whose host is the one that counts",
      "GET http://mail.x:8080/old/1?q HTTP/1.1\r\nHost: other\r\n\r\n",
      /^GET \/new\/1\?q HTTP\/1\.1\r\nHost: mail\.x:8080\r\n[^]*X-Original-URL: \/old\/1\?q\r\n/,
    ],
    [
      "a target in absolute form without a path",
      "GET http://mail.x HTTP/1.1\r\nHost: other\r\n\r\n",
      /^GET \/root\/mail\.x HTTP\/1\.1\r\nHost: mail\.x\r\n/,
    ],
    [
      "HTTP/1.0",
      "GET /old/1 HTTP/1.0\r\nHost: a\r\n\r\n",
      /^GET \/new\/1 HTTP\/1\.1\r\nHost: a\r\n(?:[^\r]+\r\n)*X-Version: HTTP\/1\.0\r\n/,
    ],
    ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: keep\r\n\r\n", /^OPTIONS \* HTTP\/1\.1\r\nHost: keep\r\n/],
    [
      "OPTIONS * that becomes another target",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      /^OPTIONS \/root\/a HTTP\/1\.1\r\nHost: a\r\n(?:[^\r]+\r\n)*X-Original-URL: \*\r\n/,
    ],
    [
      "a body, which stays as it is",
      "POST /old/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n/old/",
      /^POST \/new\/1 HTTP\/1\.1\r\nHost: a\r\nContent-Length: 5\r\n[^]*\r\n\r\n\/old\/$/,
    ],
  ];
  for (const [title, head, sent] of targets) {
    it(`see ${title}`, async (t) => {
      const root = `  - { name: root, path: ^$, conditions: [{ input: "{HTTP_HOST}", pattern: ^keep$, negate: true }], rewrite: "/root/{HTTP_HOST}" }`;
      const one = await site(t, `${old}\n${root}`);
      await one.client().write(head).untilText("ok");
      const connection = await one.member.connection();
      if (head.startsWith("POST")) await connection.untilText("/old/");
      assert.match(received(one), sent);
    });
  }

  it("leave no request without a Host, whatever they make of it", async (t) => {
    const one = await site(t, `  - { name: host, set: { HTTP_HOST: "{HTTP_X_HOST}" } }`);
    for (const fields of ["", "X-Host: \r\n", "X-Host: a b\r\n", "X-Host: b.test:81\r\n"]) {
      await one.client().write(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`).untilText("ok");
    }
    assert.deepEqual(received(one).match(/^Host: .*$/gm), ["Host: a", "Host: a", "Host: a", "Host: b.test:81"]);
  });

  it("can take X-Original-URL away, which clients may have made up", async (t) => {
    const one = await site(t, `  - { name: own, path: ^own, set: { HTTP_X_ORIGINAL_URL: "" } }\n${old}`);
    for (const path of ["/own", "/old/1"]) {
      await one.client().write(`GET ${path} HTTP/1.1\r\nHost: a\r\nX-Original-URL: /evil\r\n\r\n`).untilText("ok");
    }
    assert.deepEqual(received(one).match(/^X-Original-URL: .*$/gm), ["X-Original-URL: /old/1"]);
  });

  it("that choose the farm go before the routes and their limits; a rewrite alone goes by them", async (t) => {
    const limits = { allow: null, deny: ["127.0.0.0/8"], rate: null, maxBodyBytes: 0 };
    const rules = `  - { name: farm, path: ^farm, farm: owa, stop: true }\n  - { name: path, path: ^path, rewrite: /other }`;
    const one = await site(t, rules, { config: { routes: [{ host: null, path: "/", farm: "owa", limits }] } });
    const statuses: string[] = [];
    for (const path of ["/farm", "/path", "/"]) {
      const client = one.client().write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await client.untilText("\r\n\r\n");
      statuses.push(client.text.slice(9, 12));
    }
    assert.deepEqual(statuses, ["200", "403", "403"]);
  });
});

describe("rules and HTTP/2", () => {
  it("go together", async (t) => {
    const rules = rulesOf(
      String.raw`
rules:
${old}
  - { name: root, path: ^$, redirect: "https://{HTTP_HOST}/owa/?from={SERVER_PROTOCOL}" }
  - { name: out, path: ^out$, abort: true }`,
      ["owa"],
    );
    const one = await startH2Site(t, { members: [answering], config: { rules } });
    const session = one.session();
    assert.equal((await answerOf(session.request({ ":path": "/old/1?q" }))).body, "ok");
    assert.match(received(one), /^GET \/new\/1\?q HTTP\/1\.1\r\n(?:[^\r]+\r\n)*X-Version: HTTP\/2\r\n/);
    const { status, headers } = await answerOf(session.request({ ":path": "/?a=b" }));
    assert.deepEqual(
      [status, headers.location],
      [301, `https://mail.example.test:${one.router.port}/owa/?from=HTTP/2&a=b`],
    );
    assert.notEqual(await resetOf(session.request({ ":path": "/out" })), 0);
    assert.equal((await answerOf(session.request({ ":path": "/in" }))).status, 200);
  });

  it("send clients back to HTTP/1.1 where they lead to a farm with pinned connections", async (t) => {
    const rules = rulesOf(`rules: [{ name: all, path: ^old, farm: owa, rewrite: /new }]`, ["owa"]);
    const one = await startH2Site(t, { members: [answering], farm: { connectionAuth: "pin" }, config: { rules } });
    const stream = one.session().request({ ":path": "/old" });
    assert.equal(await resetOf(stream), constants.NGHTTP2_HTTP_1_1_REQUIRED);
    assert.equal(received(one), "");
  });
});
