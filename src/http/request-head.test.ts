import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { framing } from "./framing.ts";
import { originTarget, parseRequestHead, RequestHead, unsupportedVersion } from "./request-head.ts";

function textOf(...lines: string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function parsed(...lines: string[]): RequestHead {
  const head = new RequestHead();
  assert.equal(parseRequestHead(textOf(...lines), head), null);
  return head;
}

function problem(...lines: string[]): string | null {
  return parseRequestHead(textOf(...lines), new RequestHead());
}

const get = "GET / HTTP/1.1";
const post = "POST / HTTP/1.1";
const host = "Host: a";

describe("the request line", () => {
  const methods = ["GET", "RPC_IN_DATA", "RPC_OUT_DATA", "X-MS-ENUMATTS", "BPROPPATCH", "get", "A1!#$%&'*+-.^_`|~"];
  for (const method of methods) {
    it(`takes ${method} as a method`, () => assert.equal(parsed(`${method} / HTTP/1.1`, host).method, method));
  }

  const targets = ["/", "/a%20b?c=d%", "//x/..//y", "/\\..\\", '/"<>^`{|}', "/\xe9\xff", "/a?b=http://c@d:1/"];
  for (const target of targets) {
    it(`keeps the target ${JSON.stringify(target)} as it came`, () => {
      const head = parsed(`GET ${target} HTTP/1.1`, host);
      assert.equal(head.target, target);
      assert.equal(originTarget(head), target);
    });
  }

  it("takes OPTIONS *", () => assert.equal(originTarget(parsed("OPTIONS * HTTP/1.1", host)), "*"));

  it("takes a target of 64 KB", () => {
    const target = `/${"a".repeat(65_535)}`;
    assert.equal(parsed(`GET ${target} HTTP/1.1`, host).target, target);
  });

  const malformed: readonly string[] = [
    "",
    " ",
    "GET",
    "GET ",
    "GET /",
    "GET / ",
    "GET HTTP/1.1",
    "GET  HTTP/1.1",
    "GET  / HTTP/1.1",
    "GET /  HTTP/1.1",
    "GET / HTTP/1.1 ",
    " GET / HTTP/1.1",
    "GET\t/ HTTP/1.1",
    "GET /\tHTTP/1.1",
    "GET /\x0bHTTP/1.1",
    "GET / http/1.1",
    "GET / HTTP/1",
    "GET / HTTP/11.1",
    "GET / HTTP/1.10",
    "GET / HTTPS/1.1",
    "GET / XTTP/1.1",
    "GET / x HTTP/1.1",
    "GET /a#b HTTP/1.1",
    "GET /\x00 HTTP/1.1",
    "GET /\x7f HTTP/1.1",
    "GET /\r HTTP/1.1",
    "GET /\n HTTP/1.1",
    "GET / HTTP/1.1\r",
    "GET / HTTP/1.1\nX: y",
    "GET / HTTP/1.1\nX: HTTP/1.1",
    "GET / HTTP/1.1\rX: y",
    "G(T / HTTP/1.1",
    "GET: / HTTP/1.1",
    "G\x00T / HTTP/1.1",
    "G\xc9T / HTTP/1.1",
    "GET * HTTP/1.1",
    "GET a HTTP/1.1",
    "GET a/b HTTP/1.1",
    "GET ?a HTTP/1.1",
    "GET example.com:80 HTTP/1.1",
    "GET ftp://a/ HTTP/1.1",
    "GET http:/a HTTP/1.1",
    "GET http:// HTTP/1.1",
    "GET http:///a HTTP/1.1",
    "GET http://user@a/ HTTP/1.1",
    "GET http://user:secret@a/ HTTP/1.1",
    "GET http://a\\@b/ HTTP/1.1",
    "GET http://\xe9/ HTTP/1.1",
  ];
  for (const line of malformed) {
    it(`refuses ${JSON.stringify(line)}`, () => {
      const answer = problem(line, host);
      assert.ok(answer !== null && answer !== unsupportedVersion);
    });
  }

  for (const version of ["0.9", "1.2", "2.0", "3.0", "9.9"]) {
    it(`tells HTTP/${version} apart from a malformed line`, () => {
      assert.equal(problem(`GET / HTTP/${version}`, host), unsupportedVersion);
    });
  }
});

describe("an absolute-form target", () => {
  const cases: readonly (readonly [method: string, target: string, origin: string, host: string])[] = [
    ["GET", "http://b/x?y", "/x?y", "b"],
    ["GET", "HTTPS://B:8443/x", "/x", "B:8443"],
    ["GET", "http://b", "/", "b"],
    ["GET", "http://b?x", "/?x", "b"],
    ["GET", "http://[::1]:80/x", "/x", "[::1]:80"],
    ["OPTIONS", "http://b", "*", "b"],
    ["OPTIONS", "http://b/", "/", "b"],
  ];
  for (const [method, target, origin, wanted] of cases) {
    it(`${method} ${target} goes on as ${origin} and its authority wins over Host`, () => {
      const head = parsed(`${method} ${target} HTTP/1.1`, host);
      assert.deepEqual([head.absolute, originTarget(head), head.host], [true, origin, wanted]);
    });
  }

  it("does not make Host unnecessary", () => assert.equal(problem("GET http://b/ HTTP/1.1"), "no Host"));
});

describe("a field line", () => {
  const malformed: readonly (readonly [name: string, line: string])[] = [
    ["a space before the colon", "X : y"],
    ["a tab before the colon", "X\t: y"],
    ["no colon", "X"],
    ["no name", ": y"],
    ["obs-fold with a space", "X: y\r\n z"],
    ["obs-fold with a tab", "X: y\r\n\tz"],
    ["an obs-fold that is empty", "X: y\r\n \r\nZ: z"],
    ["a space before the name", " X: y"],
    ["a bare LF in the value", "X: y\nZ: z"],
    ["a bare LF at the line's end", "X: y\n"],
    ["a bare CR in the value", "X: y\rZ: z"],
    ["CR CR LF", "X: y\r"],
    ["NUL in the value", "X: a\x00b"],
    ["a control in the value", "X: a\x01b"],
    ["a vertical tab before the value", "X:\x0by"],
    ["a form feed after the value", "X: y\x0c"],
    ["DEL in the value", "X: a\x7fb"],
    ["NUL in the name", "X\x00: y"],
    ["a byte above 0x7f in the name", "X\xe9: y"],
    ["a slash in the name", "X/Y: y"],
    ["a quote in the name", '"X": y'],
    ["a bracket in the name", "X[0]: y"],
    ["an at sign in the name", "X@: y"],
    ["a second request line", "GET /y HTTP/1.1"],
  ];
  for (const [name, line] of malformed) {
    it(`with ${name} is refused in every place`, () => {
      assert.notEqual(problem(get, line, host), null);
      assert.notEqual(problem(get, host, line), null);
      assert.notEqual(problem(get, host, line, "Y: z"), null);
    });
  }

  const wellFormed: readonly string[] = [
    "X:",
    "X: ",
    "X:y",
    "X: \t y \t ",
    "X: a\tb  c",
    "X: \x80\xa0\xff",
    "X: :::",
    "!#$%&'*+-.^_`|~0aZ: y",
    "x_y: z",
  ];
  for (const line of wellFormed) {
    it(`${JSON.stringify(line)} passes as it came`, () => {
      const head = parsed(get, line, host);
      assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf(line, host));
    });
  }
});

describe("Host", () => {
  const refused: readonly (readonly [name: string, lines: readonly string[], answer: string])[] = [
    ["missing", ["X: y"], "no Host"],
    ["empty", ["Host:"], "a malformed Host"],
    ["blank", ["Host:  \t"], "a malformed Host"],
    ["twice, the same", [host, host], "a second Host"],
    ["twice, different", [host, "Host: b"], "a second Host"],
    ["twice in another case", ["hOST: a", "HOST: a"], "a second Host"],
    ["empty, then good", ["Host:", host], "a malformed Host"],
    ["good, then empty", [host, "Host:"], "a second Host"],
    ["with user information", ["Host: user@a"], "a malformed Host"],
    ["with user and password", ["Host: user:secret@a"], "a malformed Host"],
    ["with a path", ["Host: a/b"], "a malformed Host"],
    ["with a query", ["Host: a?b"], "a malformed Host"],
    ["with a fragment", ["Host: a#b"], "a malformed Host"],
    ["as a URL", ["Host: http://a"], "a malformed Host"],
    ["with a space", ["Host: a b"], "a malformed Host"],
    ["with a tab", ["Host: a\tb"], "a malformed Host"],
    ["with a backslash", ["Host: a\\b"], "a malformed Host"],
    ["with a byte above 0x7f", ["Host: \xe9"], "a malformed Host"],
    ["with NUL", ["Host: a\x00b"], "a control character in a field value"],
  ];
  for (const [name, lines, answer] of refused) {
    it(`${name} is refused`, () => {
      assert.equal(problem(get, ...lines), answer);
      assert.equal(problem("GET / HTTP/1.0", ...lines), answer);
    });
  }

  for (const value of ["a", "A.Example.:8443", "[::1]", "[fe80::1]:443", "10.0.0.1:80", "a_b.local"]) {
    it(`${value} is kept as it came`, () => assert.equal(parsed(get, `hoST:\t${value} `).host, value));
  }
});

describe("the length of a request's body", () => {
  const refused: readonly (readonly [name: string, ...lines: string[]])[] = [
    ["Content-Length and Transfer-Encoding", "Content-Length: 5", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding and Content-Length", "Transfer-Encoding: chunked", "Content-Length: 5"],
    ["Transfer-Encoding and Content-Length: 0", "Transfer-Encoding: chunked", "Content-Length: 0"],
    ["two lengths that differ", "Content-Length: 5", "Content-Length: 6"],
    ["two lengths that are the same", "Content-Length: 5", "Content-Length: 5"],
    ["zero and a length", "Content-Length: 0", "Content-Length: 5"],
    ["a list of lengths", "Content-Length: 5, 5"],
    ["a list with an empty element", "Content-Length: 5,"],
    ["an empty length", "Content-Length:"],
    ["a sign", "Content-Length: +5"],
    ["a negative length", "Content-Length: -5"],
    ["a hexadecimal length", "Content-Length: 0x5"],
    ["an exponent", "Content-Length: 5e1"],
    ["a fraction", "Content-Length: 5.0"],
    ["a space inside", "Content-Length: 5 5"],
    ["letters behind", "Content-Length: 5b"],
    ["a quoted length", 'Content-Length: "5"'],
    ["digits above 0x7f", "Content-Length: \xb2"],
    ["NUL behind", "Content-Length: 5\x00"],
    ["a tab behind", "Content-Length: 5\t"],
    ["a space and a tab behind", "Content-Length: 5 \t "],
    ["2^53", "Content-Length: 9007199254740992"],
    ["2^53 + 1", "Content-Length: 9007199254740993"],
    ["2^64 + 5", "Content-Length: 18446744073709551621"],
    ["zeros without end", `Content-Length: ${"0".repeat(17)}5`],
    ["another coding", "Transfer-Encoding: gzip"],
    ["gzip, chunked", "Transfer-Encoding: gzip, chunked"],
    ["chunked, gzip", "Transfer-Encoding: chunked, gzip"],
    ["chunked, identity", "Transfer-Encoding: chunked, identity"],
    ["chunked, chunked", "Transfer-Encoding: chunked, chunked"],
    ["two chunked lines", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    ["chunked, then identity on a line of its own", "Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
    ["identity", "Transfer-Encoding: identity"],
    ["an empty coding", "Transfer-Encoding:"],
    ["a parameter", "Transfer-Encoding: chunked;q=1"],
    ["a trailing comma", "Transfer-Encoding: chunked,"],
    ["a leading comma", "Transfer-Encoding: ,chunked"],
    ["quotes", 'Transfer-Encoding: "chunked"'],
    ["a longer word", "Transfer-Encoding: xchunked"],
    ["a shorter word", "Transfer-Encoding: chunk"],
    ["a no-break space behind", "Transfer-Encoding: chunked\xa0"],
    ["a vertical tab in front", "Transfer-Encoding: \x0bchunked"],
    ["a tab in front", "Transfer-Encoding:\tchunked"],
    ["a space and a tab in front", "Transfer-Encoding: \tchunked"],
    ["a space behind", "Transfer-Encoding: chunked "],
    ["a tab behind", "Transfer-Encoding: chunked\t"],
    ["a dotless letter", "Transfer-Encoding: chun\xffed"],
  ];
  for (const [name, ...lines] of refused) {
    it(`${name} is refused`, () => assert.notEqual(problem(post, host, ...lines), null));
  }

  it("chunked in HTTP/1.0 is refused", () => {
    assert.equal(problem("POST / HTTP/1.0", host, "Transfer-Encoding: chunked"), "Transfer-Encoding in HTTP/1.0");
  });

  const lengths: readonly (readonly [text: string, length: number])[] = [
    ["0", 0],
    ["5", 5],
    ["0005", 5],
    ["1073741824", 1_073_741_824],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ];
  for (const [text, length] of lengths) {
    it(`Content-Length: ${text} is ${length} bytes`, () => {
      const head = parsed(post, host, `content-LENGTH: \t${text} `);
      assert.deepEqual([head.framing, head.contentLength], [framing.length, length]);
    });
  }

  for (const text of ["chunked", "  Chunked", " CHUNKED"]) {
    it(`Transfer-Encoding: ${JSON.stringify(text)} is chunked`, () => {
      assert.equal(parsed(post, host, `TRANSFER-encoding:${text}`).framing, framing.chunked);
    });
  }

  it("is none without either, whatever the method", () => {
    assert.equal(parsed(post, host).framing, framing.none);
    assert.equal(parsed("RPC_IN_DATA / HTTP/1.1", host).framing, framing.none);
  });

  it("is not read from fields that only look alike", () => {
    const head = parsed(
      post,
      host,
      "Content-Lengt: 5",
      "Content_Length: 5",
      "Transfer_Encoding: chunked",
      "X-TE: chunked",
    );
    assert.equal(head.framing, framing.none);
  });
});

describe("whether the client's connection stays", () => {
  const cases: readonly (readonly [version: string, connection: string | null, keepAlive: boolean])[] = [
    ["1.1", null, true],
    ["1.1", "keep-alive", true],
    ["1.1", "close", false],
    ["1.1", "Close", false],
    ["1.1", "keep-alive, close", false],
    ["1.1", "TE,close", false],
    ["1.1", "", true],
    ["1.0", null, false],
    ["1.0", "Keep-Alive", true],
    ["1.0", "close", false],
    ["1.0", "close, keep-alive", false],
  ];
  for (const [version, connection, keepAlive] of cases) {
    it(`HTTP/${version} with Connection ${connection ?? "absent"}: ${keepAlive}`, () => {
      const lines = connection === null ? [host] : [host, `Connection: ${connection}`];
      assert.equal(parsed(`GET / HTTP/${version}`, ...lines).keepAlive, keepAlive);
    });
  }

  it("is decided by all Connection lines together", () => {
    assert.equal(parsed(get, host, "Connection: keep-alive", "Connection: close").keepAlive, false);
  });
});

describe("what is cut", () => {
  it("copies out exactly the bytes that came, without the lines between two neighbours", () => {
    const kept = ["hOst:  a ", "X-B:1", "x-b: 2", "Cookie: \xe9\xff", "X-B:\t3\t", "Authorization: Basic eA=="];
    const hop = [
      "Keep-Alive: timeout=5",
      "Proxy-Connection: keep-alive",
      "TE: gzip",
      "HTTP2-Settings: x",
      "Upgrade: x",
    ];
    const lines = kept.flatMap((line, index) => [line, hop[index] ?? "Connection: x-gone, X-Gone-Too", "x-GONE: 1"]);
    const head = parsed(get, ...lines, "X-Gone-Too: 2", "X-Gone-Toon: 3");
    assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf(...kept, "X-Gone-Toon: 3"));
  });

  it("keeps the values of the forwarding fields, all lines joined", () => {
    const head = parsed(
      get,
      host,
      "X-Forwarded-For: 1.2.3.4",
      "x-forwarded-for: 5.6.7.8, 9.9.9.9",
      "X-Forwarded-Proto: https",
      "X-Forwarded-Host: b",
      "Forwarded: for=a",
      "Forwarded: for=b",
    );
    assert.equal(head.forwardedFor, "1.2.3.4, 5.6.7.8, 9.9.9.9");
    assert.equal(head.forwardedProto, "https");
    assert.equal(head.forwardedHost, "b");
    assert.equal(head.forwarded, "for=a, for=b");
    assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf(host));
  });

  it("keeps TE: trailers and cuts any other TE", () => {
    const head = parsed(get, host, "TE: trailers", "TE: trailers, gzip");
    assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf(host, "TE: trailers"));
  });

  for (const name of ["Host", "content-length", "Transfer-Encoding"]) {
    it(`refuses a Connection that names ${name}`, () => {
      assert.equal(problem(get, host, `Connection: x, ${name}`), `Connection names ${name.toLowerCase()}`);
    });
  }

  it("takes time in proportion to the head, however many lines and names Connection brings", () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `n${index}`);
    const lines = Array.from({ length: 20_000 }, () => "y:");
    const start = performance.now();
    const head = parsed(get, host, `Connection: ${names.join(",")}`, ...lines, ...lines.map(() => "TE: x"), "n7: x");
    assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf(host, ...lines));
    // One pass needs some 20 ms; comparing everything with everything, many seconds.
    assert.ok(performance.now() - start < 2_000);
  });
});

describe("what else a request's head says", () => {
  const authorizations: readonly (readonly [value: string, connectionAuth: boolean])[] = [
    ["NTLM TlRMTVNTUAAB", true],
    ["ntlm TlRMTVNTUAAB", true],
    ["Negotiate YIIB", true],
    ["NEGOTIATE YIIB", true],
    ["Nego2 YIIB", true],
    ["Basic bnRsbTp4", false],
    ["Bearer ntlm", false],
    ["Digest username=nego", false],
    ["Kerberos YIIB", true],
    ["Unheard-Of x", true],
    ["", false],
  ];
  for (const [value, connectionAuth] of authorizations) {
    it(`Authorization: ${value} ${connectionAuth ? "authenticates" : "does not authenticate"} the connection`, () => {
      assert.equal(parsed(get, host, `authorization:  ${value}`).connectionAuth, connectionAuth);
    });
  }

  it("credentials for a proxy are looked at in the same way", () => {
    assert.equal(parsed(get, host, "Proxy-Authorization: NTLM x").connectionAuth, true);
    assert.equal(parsed(get, host, "Proxy-Authorization: Basic eA==").connectionAuth, false);
  });

  it("an upgrade of a request with a body is not passed on", () => {
    const upgrade = ["Connection: Upgrade", "Upgrade: websocket"];
    assert.equal(parsed(get, host, ...upgrade).upgrade, "websocket");
    assert.equal(parsed(post, host, ...upgrade, "Content-Length: 5").upgrade, "");
  });

  it("a later Basic does not hide an NTLM", () => {
    assert.equal(parsed(get, host, "Authorization: NTLM x", "Authorization: Basic y").connectionAuth, true);
    assert.equal(parsed(get, host, "Authorization: Basic y", "Authorization: NTLM x").connectionAuth, true);
  });

  it("64 KB of Authorization pass untouched", () => {
    const line = `Authorization: Negotiate ${"A".repeat(65_536)}`;
    const head = parsed(get, host, line);
    assert.equal(head.connectionAuth, true);
    assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf(host, line));
  });

  it("Expect: 100-continue is seen and passed on", () => {
    const head = parsed(post, host, "expect: 100-Continue", "Content-Length: 5");
    assert.equal(head.expectContinue, true);
    assert.match(head.cuts.copy(head.text, 0, head.text.length), /\r\nexpect: 100-Continue\r\n/);
    assert.equal(parsed(post, host, "Expect: something").expectContinue, false);
  });

  it("Expect of an HTTP/1.0 client is ignored and cut", () => {
    const head = parsed("POST / HTTP/1.0", host, "Expect: 100-continue", "Content-Length: 5");
    assert.equal(head.expectContinue, false);
    assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf(host, "Content-Length: 5"));
  });

  const upgrades: readonly (readonly [name: string, lines: readonly string[], upgrade: string])[] = [
    ["a WebSocket", ["Connection: Upgrade", "Upgrade: websocket"], "websocket"],
    ["among other options", ["Connection: keep-alive, Upgrade", "Upgrade: websocket"], "websocket"],
    ["in two lines", ["Connection: upgrade", "Upgrade: a", "Upgrade: b"], "a, b"],
    ["that Connection does not name", ["Upgrade: websocket"], ""],
    ["to h2c", ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: x"], ""],
    ["to h2c among others", ["Connection: Upgrade", "Upgrade: websocket, H2C"], ""],
  ];
  for (const [name, lines, upgrade] of upgrades) {
    it(`an Upgrade ${name} offers ${JSON.stringify(upgrade)}`, () => {
      const head = parsed(get, host, ...lines);
      assert.equal(head.upgrade, upgrade);
      assert.equal(head.cuts.copy(head.text, head.fieldsStart, head.text.length), textOf(host));
    });
  }

  it("an HTTP/1.0 client cannot switch", () => {
    assert.equal(parsed("GET / HTTP/1.0", host, "Connection: Upgrade", "Upgrade: websocket").upgrade, "");
  });

  it("nothing of it is left when the head is filled again", () => {
    const head = parsed(
      "POST http://b/ HTTP/1.0",
      host,
      "Connection: close, upgrade, x",
      "Upgrade: y",
      "Content-Length: 5",
      "Authorization: NTLM",
      "Forwarded: a",
      "X-Forwarded-For: a",
      "X-Forwarded-Proto: a",
      "X-Forwarded-Host: a",
    );
    parseRequestHead(textOf("POST / HTTP/1.1", host, "Expect: 100-continue", "Transfer-Encoding: chunked"), head);
    assert.equal(parseRequestHead(textOf(get, host), head), null);
    const fresh = parsed(get, host);
    assert.equal(head.cuts.copy(head.text, 0, head.text.length), textOf(get, host));
    assert.deepEqual(head, fresh);
  });
});
