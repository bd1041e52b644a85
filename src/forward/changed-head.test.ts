import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { framing } from "../http/framing.ts";
import { parseResponseHead, ResponseHead } from "../http/response-head.ts";
import type { BodyRewriter } from "../rules/outbound/body-rewriter.ts";
import type { ResponseChanges } from "../rules/outbound/response-changes.ts";
import { changedHead } from "./changed-head.ts";

const body: BodyRewriter = { coding: "identity", write: (bytes) => bytes, end: () => Buffer.alloc(0) };

function parsed(text: string, method = "GET"): ResponseHead {
  const head = new ResponseHead();
  assert.equal(parseResponseHead(text.replaceAll("\n", "\r\n"), head, method), null);
  return head;
}

/** The changed head, its lines joined by "|". */
function change(text: string, changes: Partial<ResponseChanges>, method = "GET"): string {
  const all = { status: null, headers: [], body: null, ...changes };
  const head = changedHead(parsed(text, method), all, method);
  return head.text.slice(0, -4).split("\r\n").join("|");
}

function statusOf(from: number, status: number): string {
  return change(`HTTP/1.1 ${from} Old\nContent-Length: 5\n\n`, { status }).split("|")[0] ?? "";
}

const simple = "HTTP/1.1 200 Fine\nX-A: 1\nx-a: 2\nX-B: 3\nContent-Length: 5\n\n";

describe("a changed head", () => {
  it("keeps all lines that no rule names, as they came", () => {
    assert.equal(change(simple, {}), "HTTP/1.1 200 Fine|X-A: 1|x-a: 2|X-B: 3|Content-Length: 5");
  });

  it("has the new values in the place of all lines of that name", () => {
    const headers = [["x-a", ["9", "8"]] as const, ["x-c", ["c"]] as const];
    assert.equal(change(simple, { headers }), "HTTP/1.1 200 Fine|X-B: 3|Content-Length: 5|x-a: 9|x-a: 8|x-c: c");
    assert.equal(change(simple, { headers: [["x-a", []]] }), "HTTP/1.1 200 Fine|X-B: 3|Content-Length: 5");
  });

  it("lets no value end its line", () => {
    const headers = [["location", [" /a\r\nSet-Cookie: x=1\0é€😀\u007f "]] as const];
    assert.equal(
      change("HTTP/1.1 302 Found\nContent-Length: 0\n\n", { headers }),
      "HTTP/1.1 302 Found|Content-Length: 0|location: /a%0D%0ASet-Cookie: x=1%00é%E2%82%AC%F0%9F%98%80%7F",
    );
  });

  it("refuses a name that is none", () => {
    assert.throws(() => change(simple, { headers: [["x y", ["1"]]] }), /invalid head/);
  });

  it("leaves alone what says where the message ends", () => {
    const names = "connection content-length keep-alive proxy-connection te trailer transfer-encoding upgrade".split(
      " ",
    );
    assert.equal(
      change(simple, { headers: names.map((name) => [name, ["x"]]) }),
      simple.trimEnd().split("\n").join("|"),
    );
  });

  it("has another status where both have a body", () => {
    assert.equal(statusOf(200, 404), "HTTP/1.1 404 Not Found");
    assert.equal(statusOf(500, 299), "HTTP/1.1 299 ");
    assert.equal(statusOf(200, 200), "HTTP/1.1 200 Old");
    for (const status of [100, 101, 199, 204, 205, 304, 600]) assert.equal(statusOf(200, status), "HTTP/1.1 200 Old");
    for (const from of [204, 205, 304]) assert.equal(statusOf(from, 200), `HTTP/1.1 ${from} Old`);
  });

  it("of a changed body tells nothing about the old one's bytes", () => {
    const text =
      'HTTP/1.1 200 OK\nETag: "a"\nAccept-Ranges: bytes\nContent-Length: 5\nContent-MD5: x\nDigest: x\nRepr-Digest: x\n' +
      "Content-Digest: x\nContent-Encoding: gzip\n\n";
    assert.equal(
      change(text, { body }),
      'HTTP/1.1 200 OK|ETag: W/"a"|Content-Encoding: gzip|Transfer-Encoding: chunked',
    );
    assert.equal(change(text, { body }, "HEAD"), 'HTTP/1.1 200 OK|ETag: W/"a"|Content-Encoding: gzip');
    const weak = 'HTTP/1.1 200 OK\netag:W/"a"\nContent-Length: 5\n\n';
    assert.equal(change(weak, { body }), 'HTTP/1.1 200 OK|etag:W/"a"|Transfer-Encoding: chunked');
  });

  it("of an empty body stays as it is", () => {
    for (const start of ["200 OK\nContent-Length: 0", "204 No Content", '304 Not Modified\nETag: "a"']) {
      assert.equal(change(`HTTP/1.1 ${start}\n\n`, { body }), `HTTP/1.1 ${start}`.split("\n").join("|"));
    }
  });

  it("has chunks, whatever the member's framing and version was", () => {
    const chunked = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTrailer: x\n\n";
    assert.equal(change(chunked, { body }), "HTTP/1.1 200 OK|Transfer-Encoding: chunked");
    const old = parsed("HTTP/1.0 200 OK\nX: 1\n\n");
    const head = changedHead(old, { status: null, headers: [], body }, "GET");
    assert.equal(head.framing, framing.chunked);
    assert.equal(old.framing, framing.untilClose);
  });

  it("has nothing that was meant for the router only", () => {
    const text =
      "HTTP/1.1 200 OK\nConnection: keep-alive, X-Hop\nX-Hop: 1\nKeep-Alive: timeout=5\nX-A: 1\nContent-Length: 1\n\n";
    assert.equal(change(text, {}), "HTTP/1.1 200 OK|X-A: 1|Content-Length: 1");
  });
});
