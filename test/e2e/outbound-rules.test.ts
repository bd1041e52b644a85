import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { RawMember, always } from "../support/raw-member.ts";
import { aFarm } from "../support/configs.ts";
import { rulesOf } from "../support/rules.ts";
import { RawClient, startRouter } from "../support/start-router.ts";

const text = String.raw`
preConditions:
  html: { conditions: [{ input: "{RESPONSE_CONTENT_TYPE}", pattern: "^text/html" }] }
  redirect: { conditions: [{ input: "{RESPONSE_STATUS}", pattern: "^30[1237]$" }] }
rules:
  - { name: remember, set: { ORIGINAL_HOST: "{HTTP_HOST}", HTTP_HOST: inner.test } }
outboundRules:
  - { name: location, when: redirect, header: Location, pattern: "^http://inner\\.test/(.*)", value: "https://{ORIGINAL_HOST}/{R:1}" }
  - { name: server, header: Server, pattern: ".+", value: "" }
  - { name: hsts, header: Strict-Transport-Security, pattern: "^$", value: "max-age=63072000" }
  - { name: gone, responseStatus: true, pattern: "^410$", conditions: [{ input: "{URL}", pattern: "^/soft" }], value: "404" }
  - { name: links, when: html, tags: [a, img], pattern: "^http://inner\\.test", value: "https://{ORIGINAL_HOST}" }
  - { name: words, when: html, pattern: "in(side|ner world)", value: "out{R:1}" }
`;

async function ask(t: TestContext, response: string, path = "/"): Promise<{ head: string; body: Buffer }> {
  const member = await RawMember.start("m1", always(response));
  const farm = aFarm({ name: "app", health: null, members: [member.config] });
  const router = await startRouter([farm], { config: { rules: rulesOf(text) } });
  const client = new RawClient(router.port);
  t.after(async () => {
    client.close();
    member.close();
    await router.close(0);
  });
  client.write(`GET ${path} HTTP/1.1\r\nHost: mail.x.test\r\nConnection: close\r\n\r\n`);
  await client.untilGone();
  const end = client.received.indexOf("\r\n\r\n") + 4;
  return { head: client.received.toString("latin1", 0, end), body: client.received.subarray(end) };
}

function unchunked(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.toString("latin1", at, lineEnd), 16);
    if (size === 0 || Number.isNaN(size)) return Buffer.concat(pieces);
    pieces.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

describe("outbound rules of a configuration", () => {
  it("rewrite headers, by what inbound rules have remembered", async (t) => {
    const response =
      "HTTP/1.1 302 Found\r\nLocation: http://inner.test/a?b\r\nServer: IIS\r\nContent-Length: 0\r\n\r\n";
    const { head } = await ask(t, response);
    assert.match(head, /^HTTP\/1\.1 302 Found\r\n/);
    assert.match(head, /\r\nLocation: https:\/\/mail\.x\.test\/a\?b\r\n/i);
    assert.match(head, /\r\nStrict-Transport-Security: max-age=63072000\r\n/i);
    assert.doesNotMatch(head, /\r\nServer:/i);
    assert.match(head, /\r\nContent-Length: 0\r\n/);
  });

  it("change the status where their conditions hold", async (t) => {
    const response = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
    assert.match((await ask(t, response, "/soft/x")).head, /^HTTP\/1\.1 404 /);
    assert.match((await ask(t, response, "/hard/x")).head, /^HTTP\/1\.1 410 Gone\r\n/);
  });

  for (const coding of ["identity", "gzip"] as const) {
    it(`rewrite links and words of a page, ${coding}`, async (t) => {
      const page = `<a href="http://inner.test/é?a&amp;b">http://inner.test</a><IMG alt='inside' src=http://inner.test/i><!-- inside -->`;
      const bytes = coding === "gzip" ? gzipSync(page) : Buffer.from(page);
      const fields = coding === "gzip" ? "Content-Encoding: gzip\r\n" : "";
      const response = `HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n${fields}Content-Length: ${bytes.length}\r\n\r\n${bytes.toString("latin1")}`;
      const { head, body } = await ask(t, response);
      assert.match(head, /\r\nTransfer-Encoding: chunked\r\n/i);
      assert.doesNotMatch(head, /Content-Length/i);
      const received = coding === "gzip" ? gunzipSync(unchunked(body)) : unchunked(body);
      assert.equal(
        received.toString(),
        `<a href="https://mail.x.test/é?a&amp;b">http://inner.test</a><IMG alt='outside' src=https://mail.x.test/i><!-- outside -->`,
      );
    });
  }

  it("leave what is no text of theirs as it is", async (t) => {
    const response = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 6\r\n\r\ninside";
    const { head, body } = await ask(t, response);
    assert.match(head, /\r\nContent-Length: 6\r\n/);
    assert.equal(body.toString(), "inside");
  });
});
