import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestCases } from "../conformance/requests.ts";
import { quiet } from "../support/quiet.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

function statuses(text: string): string[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map((match) => match[1] ?? "");
}

/** Answers each complete head, whatever it asks for and whether or not a body follows. */
function answerHeads(connection: RawConnection): void {
  let answered = 0;
  connection.socket.on("data", () => {
    const requests = connection.text.split("X-Forwarded-Host:").length - 1;
    for (; answered < requests; answered++) connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
}

describe("what parsers disagree about", () => {
  it("is refused and the connection closed, and no member sees a byte of it", async (t) => {
    const site = await startSite(t);
    const cases = requestCases.filter(({ verdict }) => verdict.length === 1 && verdict[0] === "refused");
    assert.ok(cases.length > 50);
    for (const { name, raw } of cases) {
      const client = site.client().write(raw + get);
      const text = await client.untilEnd();
      assert.equal(statuses(text).length, 1, name);
      assert.match(text, /^HTTP\/1\.1 (?:400|505) [^]*\r\nConnection: close\r\n/, name);
      client.close();
    }
    await quiet();
    assert.equal(site.member.connections.length, 0);
  });

  it("is refused as well where it arrives a byte at a time", async (t) => {
    const site = await startSite(t);
    const cases = requestCases.filter(({ verdict, raw }) => verdict[0] === "refused" && raw.length < 200).slice(0, 40);
    await Promise.all(
      cases.map(async ({ name, raw }) => {
        const client = site.client();
        for (const byte of raw) {
          client.write(byte);
          await new Promise<void>((resolve) => setImmediate(resolve));
        }
        client.write(get);
        assert.match(await client.untilEnd(), /^HTTP\/1\.1 (?:400|505) [^]*\r\nConnection: close\r\n/, name);
      }),
    );
    for (const connection of site.member.connections) assert.doesNotMatch(connection.text, /hidden|smuggled/);
  });

  it("never makes two requests of one behind the router, nor one of two", async (t) => {
    const cases = requestCases.filter(({ verdict }) => verdict.every((line) => line !== "waits"));
    const site = await startSite(t, { members: [answerHeads] });
    for (const { name, verdict, raw } of cases) {
      const before = site.numbers().total;
      const client = site.client();
      client.socket.end(raw, "latin1");
      await client.untilEnd();
      client.close();
      const taken = verdict.filter((line) => line.includes(" "));
      const forwarded = site.numbers().total - before;
      assert.ok(forwarded <= taken.length, `${name}: ${forwarded} of ${taken.length} requests went on`);
    }
  });
});

describe("the router itself answers", () => {
  const own: readonly [name: string, request: string, status: number, code: string, closes: boolean][] = [
    [
      "431 to a header that is too large",
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(140_000)}`,
      431,
      "header-too-large",
      true,
    ],
    [
      "431 to a complete header that is too large",
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(131_072)}\r\n\r\n`,
      431,
      "header-too-large",
      true,
    ],
    ["505 to HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported-version", true],
    ["505 to HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505, "unsupported-version", true],
    ["501 to CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501, "connect-not-supported", true],
    ["400 to HTTP/1.1 without Host", "GET / HTTP/1.1\r\n\r\n", 400, "bad-request", true],
    ["400 to two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "bad-request", true],
    ["400 to a TLS hello on a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 400, "bad-request", true],
    ["404 to what is not published", "GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n", 404, "no-route", false],
    ["400 to a path that can't be read", "GET /app/%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-request", false],
  ];
  for (const [name, request, status, code, closes] of own) {
    it(name, async (t) => {
      const site = await startSite(t, { config: { routes: [{ host: null, path: "/app", farm: "owa" }] } });
      const client = site.client().write(request);
      const text = closes ? await client.untilEnd() : await client.untilText("</html>");
      assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\nX-Fairlead-Error: ${code}\\r\\n`));
      assert.equal(text.includes("\r\nConnection: close\r\n"), closes);
      assert.ok(!text.includes("127.0.0.1"));
      const [head = "", body = ""] = text.split("\r\n\r\n");
      assert.equal(Buffer.byteLength(body, "latin1"), Number(/Content-Length: (\d+)/.exec(head)?.[1]));
      assert.equal(site.member.connections.length, 0);
    });
  }

  it("without a body to HEAD, and its connection goes on", async (t) => {
    const site = await startSite(t, { config: { routes: [] } });
    const client = site.client().write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.untilText("\r\n\r\n");
    client.write(get);
    assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 404 [^<]*HTTP\/1\.1 404 /);
  });

  it("and closes where the request's body has not come, since what follows can't be told from a request", async (t) => {
    const site = await startSite(t, { config: { routes: [] } });
    const client = site.client().write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nab`);
    await client.until(({ ended }) => ended);
    client.write(`GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n`);
    await quiet();
    assert.deepEqual(statuses(client.text), ["404"]);
  });
});
