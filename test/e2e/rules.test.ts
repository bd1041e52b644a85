import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { ExchangeRecord } from "../../src/farm/exchange-record.ts";
import { aFarm } from "../support/configs.ts";
import { RawMember } from "../support/raw-member.ts";
import { rulesOf } from "../support/rules.ts";
import { RawClient, startRouter } from "../support/start-router.ts";

/** A router with these rules before the farms "app" (which has the only route) and "Mail". */
async function startSite(t: TestContext, text: string) {
  const members: RawMember[] = [];
  const farms = [];
  for (const name of ["app", "Mail"]) {
    const answer = `HTTP/1.1 200 OK\r\nX-Farm: ${name}\r\nContent-Length: 0\r\n\r\n`;
    const member = await RawMember.start("m1", ({ socket }) => socket.on("data", () => socket.write(answer)));
    members.push(member);
    farms.push(aFarm({ name, health: null, members: [member.config] }));
  }
  const records: Pick<ExchangeRecord, "rule" | "reason" | "target" | "status">[] = [];
  const router = await startRouter(farms, {
    config: { rules: rulesOf(text, ["app", "Mail"]) },
    observers: [({ rule, reason, target, status }) => records.push({ rule, reason, target, status })],
  });
  const clients: RawClient[] = [];
  t.after(async () => {
    for (const client of clients) client.close();
    for (const member of members) member.close();
    await router.close(0);
  });
  const ask = async (head: string): Promise<string> => {
    const client = new RawClient(router.port);
    clients.push(client);
    client.write(`${head.trim().replaceAll(/\s*\n\s*/g, "\r\n")}\r\n\r\n`);
    return client.untilText(/^HTTP\/1\.1 [^]*?\r\n\r\n/);
  };
  const received = (): string =>
    members.flatMap(({ connections }) => connections.map(({ text: sent }) => sent)).join("");
  return { router, ask, received, records, members, client: () => new RawClient(router.port) };
}

const get = (target: string, host = "mail.x.test"): string => `GET ${target} HTTP/1.1\nHost: ${host}`;

describe("a rule", () => {
  it("sends a request to a farm with a new path, and the member gets what it has set", async (t) => {
    const { ask, received, records } = await startSite(
      t,
      String.raw`
rules:
  - name: mail
    path: "^post/([^/]+)(/.*)?$"
    conditions: [{ input: "{HTTP_HOST}", pattern: "^mail\\." }]
    set:
      HTTP_X_BOX: "{ToLower:{R:1}}"
      HTTP_X_GONE: ""
      HTTP_X_FORWARDED_PROTO: https
      HTTP_HOST: inner.test
    farm: mail
    rewrite: "/box/{R:1}{R:2}?from={REMOTE_ADDR}"
    stop: true
`,
    );
    const answer = await ask(
      `${get("/post/Ann%20B/in%2525box?x=1&y=%20")}\nX-Gone: 1\nX_Box: evil\nX-Original-URL: /evil\nX-Kept: 2`,
    );
    assert.match(answer, /X-Farm: Mail/);
    assert.equal(
      received(),
      [
        "GET /box/Ann%20B/in%2525box?from=127.0.0.1&x=1&y=%20 HTTP/1.1",
        "Host: inner.test",
        "X-Kept: 2",
        "X-Box: ann b",
        "X-Forwarded-Proto: https",
        "X-Original-URL: /post/Ann%20B/in%2525box?x=1&y=%20",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Host: mail.x.test",
        "\r\n",
      ].join("\r\n"),
    );
    assert.deepEqual(records, [
      { rule: "mail", reason: "ok", target: "/post/Ann%20B/in%2525box?x=1&y=%20", status: 200 },
    ]);
  });

  it("leaves the target as it came where it only chooses the farm", async (t) => {
    const { ask, received } = await startSite(
      t,
      `rules: [{ name: all, syntax: wildcard, path: "*", farm: Mail, rewrite: "/{R:0}" }]`,
    );
    await ask(get("/a%41/%7e?%7e"));
    assert.match(received(), /^GET \/a%41\/%7e\?%7e HTTP\/1\.1\r\nHost: mail\.x\.test\r\nX-Forwarded-For/);
  });

  it("lets the routes decide by the new path and host", async (t) => {
    const { ask } = await startSite(t, `rules: [{ name: r, path: "^old/(.*)", rewrite: "/new/{R:1}" }]`);
    assert.match(await ask(get("/old/x")), /X-Farm: app/);
  });

  it("answers by itself: redirects", async (t) => {
    const { ask, records } = await startSite(
      t,
      String.raw`rules: [{ name: root, path: "^$", redirect: "https://{HTTP_HOST}/owa/", status: 302 }]`,
    );
    const answer = await ask(get("/?a=b", "mail.x.test:8443"));
    assert.match(
      answer,
      /^HTTP\/1\.1 302 Found\r\nLocation: https:\/\/mail\.x\.test:8443\/owa\/\?a=b\r\nContent-Length: 0\r\n/,
    );
    assert.deepEqual(records, [{ rule: "root", reason: "ok", target: "/?a=b", status: 302 }]);
  });

  it("answers by itself: a status with its own words and text", async (t) => {
    const { ask } = await startSite(
      t,
      String.raw`rules: [{ name: no, path: "^secret", respond: { status: 403, reason: "Not for {REMOTE_ADDR}", body: "Nö: {URL}" } }]`,
    );
    const answer = await ask(`${get("/secret/%5EXy")}\nConnection: close`);
    assert.match(
      answer,
      /^HTTP\/1\.1 403 Not for 127\.0\.0\.1\r\nContent-Type: text\/plain; charset=utf-8\r\nContent-Length: 16\r\n/,
    );
  });

  it("closes the connection without an answer, which is nobody's failure but is told", async (t) => {
    const site = await startSite(t, `rules: [{ name: out, path: "^out", abort: true }]`);
    const client = site.client();
    client.write("GET /out HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.untilGone();
    assert.equal(client.text, "");
    assert.deepEqual(site.records, [{ rule: "out", reason: "aborted-by-rule", target: "/out", status: 0 }]);
    assert.match(await site.ask(get("/in")), /200 OK/);
  });

  it("may choose the farm by a map, whatever the name's case", async (t) => {
    const { ask } = await startSite(
      t,
      String.raw`
rewriteMaps: { farms: { default: nowhere, entries: { mail.x.test: MAIL, app.x.test: app } } }
rules: [{ name: by host, farm: "{farms:{SERVER_NAME}}" }]`,
    );
    assert.match(await ask(get("/", "mail.x.test:80")), /X-Farm: Mail/);
    assert.match(await ask(get("/", "APP.x.test")), /X-Farm: app/);
    assert.match(await ask(get("/", "other.test")), /^HTTP\/1\.1 502 [^]*X-Fairlead-Error: no-such-farm/);
  });

  it("can't be got round by a path that servers read in different ways", async (t) => {
    const { ask } = await startSite(t, `rules: [{ name: no, path: "^ecp(/.*)?$", respond: { status: 404 } }]`);
    for (const target of ["/ecp", "/ECP/", "/%65cp/x", "/ecp/..%2fecp"])
      assert.match(await ask(get(target)), /^HTTP\/1\.1 404 /);
    for (const target of ["//ecp", "/x/../ecp", "/owa/..%2fecp", "/%2e/ecp", "/x\\..\\ecp"]) {
      assert.match(await ask(get(target)), /^HTTP\/1\.1 400 /, target);
    }
  });

  it("puts nothing into a header that could end its line", async (t) => {
    const { ask, received } = await startSite(
      t,
      `rules: [{ name: h, set: { HTTP_X_PATH: "{UrlDecode:{QUERY_STRING}}" }, farm: app }]`,
    );
    await ask(get("/?a%0d%0aX-Evil:%201%C3%A9%E2%82%AC"));
    assert.match(received(), /\r\nX-Path: a%0D%0AX-Evil: 1\xe9%E2%82%AC\r\n/);
    assert.doesNotMatch(received(), /\r\nX-Evil/);
  });
});
