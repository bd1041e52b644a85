import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { framing } from "./framing.ts";
import { parseResponseHead, ResponseHead } from "./response-head.ts";

function textOf(...lines: string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function parsed(...lines: string[]): ResponseHead {
  return answerTo("GET", ...lines);
}

function answerTo(method: string, ...lines: string[]): ResponseHead {
  const head = new ResponseHead();
  assert.equal(parseResponseHead(textOf(...lines), head, method), null);
  return head;
}

function problem(...lines: string[]): string | null {
  return parseResponseHead(textOf(...lines), new ResponseHead(), "GET");
}

const ok = "HTTP/1.1 200 OK";

describe("the status line", () => {
  const wellFormed: readonly (readonly [line: string, status: number, minor: 0 | 1])[] = [
    [ok, 200, 1],
    ["HTTP/1.0 200 OK", 200, 0],
    ["HTTP/1.1 200", 200, 1],
    ["HTTP/1.1 200 ", 200, 1],
    ["HTTP/1.1 404 Nicht gefunden \xe4\xff", 404, 1],
    ["HTTP/1.1 503 a\tb  c ", 503, 1],
    ["HTTP/1.1 100 Continue", 100, 1],
    ["HTTP/1.1 999 x", 999, 1],
    [`HTTP/1.0 503 RPC Error: ${"e".repeat(1013)}`, 503, 0],
  ];
  for (const [line, status, minor] of wellFormed) {
    it(`${JSON.stringify(line.slice(0, 60))} passes as it came`, () => {
      const head = parsed(line, "X: y");
      assert.deepEqual([head.status, head.minor], [status, minor]);
      assert.equal(head.cuts.copy(head.text, 0, head.text.length), textOf(line, "X: y"));
    });
  }

  const malformed: readonly string[] = [
    "",
    "200 OK",
    "HTTP/1.1",
    "HTTP/1.1 ",
    "HTTP/1.1 20",
    "HTTP/1.1 2000",
    "HTTP/1.1 2000 OK",
    "HTTP/1.1 099 x",
    "HTTP/1.1 -20 x",
    "HTTP/1.1 2x0 x",
    "HTTP/1.1  200 OK",
    "HTTP/1.1\t200 OK",
    "HTTP/1.1 200\tOK",
    "HTTP/1.1 200OK",
    " HTTP/1.1 200 OK",
    "http/1.1 200 OK",
    "HTTP/1.2 200 OK",
    "HTTP/2.0 200 OK",
    "HTTP/2 200",
    "ICY 200 OK",
    "HTTP/1.1 200 O\x00K",
    "HTTP/1.1 200 O\x7fK",
    "HTTP/1.1 200 OK\r",
    "HTTP/1.1 200 OK\nX: y",
    "HTTP/1.1 200 OK\rX: y",
    "HTTP/1.1 200 OK\nTransfer-Encoding: chunked",
  ];
  for (const line of malformed) {
    it(`${JSON.stringify(line)} is refused`, () => assert.notEqual(problem(line, "X: y"), null));
  }
});

describe("the length of a response's body", () => {
  const cases: readonly (readonly [
    name: string,
    method: string,
    lines: readonly string[],
    framing: number,
    length: number,
  ])[] = [
    ["a length", "GET", [ok, "Content-Length: 5"], framing.length, 5],
    ["2^53 - 1", "GET", [ok, "Content-Length: 9007199254740991"], framing.length, Number.MAX_SAFE_INTEGER],
    ["zero", "GET", [ok, "Content-Length: 0"], framing.none, 0],
    ["chunked", "GET", [ok, "Transfer-Encoding: Chunked"], framing.chunked, 0],
    ["neither", "GET", [ok], framing.untilClose, 0],
    ["neither in HTTP/1.0", "GET", ["HTTP/1.0 200 OK"], framing.untilClose, 0],
    ["a HEAD with a length", "HEAD", [ok, "Content-Length: 5"], framing.none, 5],
    ["a HEAD with chunked", "HEAD", [ok, "Transfer-Encoding: chunked"], framing.none, 0],
    ["a HEAD with neither", "HEAD", [ok], framing.none, 0],
    ["a head in lower case is not HEAD", "head", [ok, "Content-Length: 5"], framing.length, 5],
    ["204", "GET", ["HTTP/1.1 204 x"], framing.none, 0],
    ["304 with a length", "GET", ["HTTP/1.1 304 x", "Content-Length: 5"], framing.none, 5],
    ["304 with chunked", "GET", ["HTTP/1.1 304 x", "Transfer-Encoding: chunked"], framing.none, 0],
    ["100", "POST", ["HTTP/1.1 100 Continue"], framing.none, 0],
    ["101", "GET", ["HTTP/1.1 101 x", "Upgrade: y", "Connection: upgrade"], framing.none, 0],
    ["103", "GET", ["HTTP/1.1 103 x", "Link: y"], framing.none, 0],
    ["401", "RPC_IN_DATA", ["HTTP/1.1 401 x", "Content-Length: 5"], framing.length, 5],
  ];
  for (const [name, method, lines, kind, length] of cases) {
    it(`follows from ${name}`, () => {
      const head = answerTo(method, ...lines);
      assert.deepEqual([head.framing, head.contentLength], [kind, length]);
    });
  }

  it("keeps the connection from being used again where only the close ends the body", () => {
    assert.equal(parsed(ok, "Connection: keep-alive").keepAlive, false);
    assert.equal(parsed(ok, "Content-Length: 0").keepAlive, true);
    assert.equal(answerTo("HEAD", ok).keepAlive, true);
  });

  for (const status of ["204 x", "100 x", "101 x"]) {
    it(`cuts a length of a ${status.slice(0, 3)}, for which a client might wait`, () => {
      for (const line of ["Content-Length: 5", "Transfer-Encoding: chunked"]) {
        const head = parsed(`HTTP/1.1 ${status}`, line, "X: y");
        assert.equal(head.framing, framing.none);
        assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf("X: y"));
      }
    });
  }

  const refused: readonly (readonly string[])[] = [
    ["Content-Length: 5", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked", "Content-Length: 5"],
    ["Content-Length: 5", "Content-Length: 5"],
    ["Content-Length: 5", "Content-Length: 6"],
    ["Content-Length: 5, 5"],
    ["Content-Length: -1"],
    ["Content-Length: 9007199254740992"],
    ["Content-Length:"],
    ["Transfer-Encoding: gzip, chunked"],
    ["Transfer-Encoding: identity"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    ["Connection: content-length", "Content-Length: 5"],
    ["X : y"],
    ["X: a\r\n b"],
    ["X: a\nb"],
    ["X: a\rb"],
    ["X: a\x00b"],
    ["X"],
  ];
  for (const lines of refused) {
    it(`${JSON.stringify(lines)} is refused, also for HEAD`, () => {
      assert.notEqual(problem(ok, ...lines), null);
      assert.notEqual(parseResponseHead(textOf(ok, ...lines), new ResponseHead(), "HEAD"), null);
    });
  }

  it("chunked in HTTP/1.0 is refused", () => {
    assert.equal(problem("HTTP/1.0 200 OK", "Transfer-Encoding: chunked"), "Transfer-Encoding in HTTP/1.0");
  });
});

describe("what a response's head says", () => {
  const challenges: readonly (readonly [status: string, lines: readonly string[], connectionAuth: boolean])[] = [
    ["401", ["WWW-Authenticate: NTLM"], true],
    ["401", ["www-authenticate: Negotiate"], true],
    ["401", ['WWW-Authenticate: Basic realm="x"', "WWW-Authenticate: Nego2"], true],
    ["401", ['WWW-Authenticate: Basic realm="x", ntlm'], true],
    ["407", ["Proxy-Authenticate: NTLM"], true],
    ["401", ['WWW-Authenticate: Basic realm="x"', "WWW-Authenticate: Bearer"], false],
    ["401", [], false],
    ["200", ["WWW-Authenticate: NTLM"], false],
  ];
  for (const [status, lines, connectionAuth] of challenges) {
    it(`${status} with ${JSON.stringify(lines)} ${connectionAuth ? "asks" : "does not ask"} for connection authentication`, () => {
      assert.equal(parsed(`HTTP/1.1 ${status} x`, ...lines, "Content-Length: 0").connectionAuth, connectionAuth);
    });
  }

  it("three WWW-Authenticate lines stay three, in their order and case", () => {
    const lines = ["WWW-Authenticate: Negotiate", "www-authenticate:NTLM", 'Www-Authenticate: Basic realm="x"'];
    const head = parsed("HTTP/1.1 401 x", ...lines, "Connection: close");
    assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf(...lines));
  });

  const keepAlives: readonly (readonly [value: string, seconds: number])[] = [
    ["timeout=5", 5],
    ["timeout=120, max=100", 120],
    ["max=100, Timeout=7", 7],
    ["max=100", 0],
    ["", 0],
  ];
  for (const [value, seconds] of keepAlives) {
    it(`Keep-Alive: ${value} announces ${seconds} s and is cut`, () => {
      const head = parsed(ok, `Keep-Alive: ${value}`, "Content-Length: 0");
      assert.equal(head.keepAliveSeconds, seconds);
      assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf("Content-Length: 0"));
    });
  }

  const connections: readonly (readonly [line: string, connection: string, keepAlive: boolean])[] = [
    [ok, "close", false],
    [ok, "Keep-Alive", true],
    ["HTTP/1.0 200 OK", "x", false],
    ["HTTP/1.0 200 OK", "Keep-Alive", true],
  ];
  for (const [line, connection, keepAlive] of connections) {
    it(`${line} with Connection: ${connection}: kept open ${keepAlive}`, () => {
      assert.equal(parsed(line, `Connection: ${connection}`, "Content-Length: 0").keepAlive, keepAlive);
    });
  }

  it("Date is noticed, whatever its case", () => {
    assert.equal(parsed(ok, "dATE: x").hasDate, true);
    assert.equal(parsed(ok, "X-Date: x", "Dat: y").hasDate, false);
  });

  it("a 101 names the protocol", () => {
    const head = parsed(
      "HTTP/1.1 101 Switching",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Accept: x",
    );
    assert.equal(head.upgrade, "websocket");
    assert.equal(head.connection.upgrade, true);
    assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf("Sec-WebSocket-Accept: x"));
  });

  it("what Connection names is cut", () => {
    const head = parsed(ok, "x-one: 1", "Connection: X-One, x-two", "X-Two: 2", "X-Three: 3", "x-TWO: 4");
    assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf("X-Three: 3"));
  });

  it("nothing of it is left when the head is filled again", () => {
    const head = answerTo(
      "GET",
      "HTTP/1.0 401 x",
      "WWW-Authenticate: NTLM",
      "Date: x",
      "Keep-Alive: timeout=5",
      "Connection: close, upgrade, y",
      "Upgrade: z",
      "Content-Length: 5",
    );
    assert.equal(parseResponseHead(textOf(ok, "X: y"), head, "GET"), null);
    assert.equal(head.cuts.copy(head.text, 0, head.text.length), textOf(ok, "X: y"));
    assert.deepEqual(head, parsed(ok, "X: y"));
  });
});

describe("the wish for no affinity", () => {
  const cases: readonly (readonly [line: string, unbound: boolean])[] = [
    ["Arr-Disable-Session-Affinity: true", true],
    ["arr-disable-session-affinity:\tTRUE ", true],
    ["Arr-Disable-Session-Affinity: false", false],
    ["Arr-Disable-Session-Affinity:", false],
  ];
  for (const [line, unbound] of cases) {
    it(`${JSON.stringify(line)} is ${unbound ? "" : "not "}there, and is cut`, () => {
      const head = parsed(ok, "A: b", line, "Content-Length: 0");
      assert.equal(head.unbound, unbound);
      assert.equal(head.cuts.copy(head.text, 0, head.text.length), textOf(ok, "A: b", "Content-Length: 0"));
    });
  }

  it("holds for one response", () => {
    const head = parsed(ok, "Arr-Disable-Session-Affinity: true", "Content-Length: 0");
    assert.equal(parseResponseHead(textOf(ok, "Content-Length: 0"), head, "GET"), null);
    assert.equal(head.unbound, false);
  });

  it("is not there in a name that begins like it", () => {
    assert.equal(parsed(ok, "Arr-Disable-Session-Affinity-: true").unbound, false);
  });
});
