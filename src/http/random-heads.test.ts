import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseRequestHead, RequestHead } from "./request-head.ts";
import { parseResponseHead, ResponseHead } from "./response-head.ts";

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
const tokens = fc.stringMatching(new RegExp(`^${token}{1,12}$`));
/** None of these is known to the parsers: they begin with "z". */
const field = fc
  .tuple(tokens, fc.stringMatching(/^[\t -~\x80-\xff]{0,40}$/))
  .map(([name, value]) => `z${name}:${value}\r\n`);
const fields = fc.array(field, { maxLength: 8 }).map((lines) => lines.join(""));
const hop = fc.constantFrom(
  "Connection: keep-alive\r\n",
  "connection: x-gone , close\r\n",
  "X-GONE: 1\r\n",
  "Keep-Alive: timeout=5\r\n",
  "Proxy-Connection:\r\n",
  "Upgrade: x\r\n",
);
const hops = fc.array(hop, { maxLength: 3 }).map((lines) => lines.join(""));
const named = "connection: x-gone\r\n";

const requestLine = fc
  .tuple(tokens, fc.stringMatching(/^\/[!"$-~\x80-\xff]{0,30}$/), fc.constantFrom("0", "1"))
  .map(([method, target, minor]) => `${method} ${target} HTTP/1.${minor}\r\n`);
const statusLine = fc
  .tuple(
    fc.constantFrom("0", "1"),
    fc.integer({ min: 100, max: 999 }),
    fc.stringMatching(/^( [\t -~\x80-\xff]{0,30})?$/),
  )
  .map(([minor, status, reason]) => `HTTP/1.${minor} ${status}${reason}\r\n`);

describe("any well-formed head", () => {
  it("of a request is taken and copied out unchanged but for the lines between two neighbours", () => {
    const head = new RequestHead();
    fc.assert(
      fc.property(requestLine, fields, hops, fields, hops, fields, (first, a, h1, b, h2, c) => {
        const text = `${first}${named}${a}${h1}hOst: \ta \t\r\n${b}${h2}${c}\r\n`;
        assert.equal(parseRequestHead(text, head), null);
        assert.equal(head.cuts.copy(text, 0, text.length), `${first}${a}hOst: \ta \t\r\n${b}${c}\r\n`);
        assert.equal(`${head.method} ${head.target} HTTP/1.${head.minor}\r\n`, first);
        assert.equal(head.host, "a");
      }),
    );
  });

  it("of a response is taken and copied out unchanged but for the lines between two neighbours", () => {
    const head = new ResponseHead();
    fc.assert(
      fc.property(statusLine, fields, hops, fields, hops, (first, a, h1, b, h2) => {
        const text = `${first}${named}${a}${h1}${b}${h2}\r\n`;
        assert.equal(parseResponseHead(text, head, "GET"), null);
        assert.equal(head.cuts.copy(text, 0, text.length), `${first}${a}${b}\r\n`);
        assert.equal(head.status, Number(first.slice(9, 12)));
      }),
    );
  });
});

describe("any text at all", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "\r\n",
      "\r",
      "\n",
      " ",
      ":",
      "GET / HTTP/1.1\r\n",
      "HTTP/1.1 200 OK\r\n",
      "Host: a\r\n",
      "\x00",
      "\xff",
    ),
    fc.constantFrom(
      "Connection: ",
      "Content-Length: ",
      "Transfer-Encoding: chunked\r\n",
      "Upgrade: ",
      "close",
      "5",
      ",",
      "TE: x",
    ),
    fc.string({ unit: "binary", maxLength: 10 }),
  );
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
    fc.array(piece, { maxLength: 30 }).map((pieces) => `GET / HTTP/1.1\r\nHost: a\r\n${pieces.join("")}\r\n\r\n`),
    fc.array(piece, { maxLength: 30 }).map((pieces) => `HTTP/1.1 200 OK\r\n${pieces.join("")}\r\n\r\n`),
  );

  it("is refused or taken, and what is taken has no bare CR or LF and no control", () => {
    const request = new RequestHead();
    const response = new ResponseHead();
    fc.assert(
      fc.property(texts, (text) => {
        const whole = text.slice(0, (text.indexOf("\r\n\r\n") + 1 || text.length) + 3);
        for (const problem of [parseRequestHead(whole, request), parseResponseHead(whole, response, "GET")]) {
          // Less than a whole head is never handed to them.
          if (problem !== null || !whole.endsWith("\r\n\r\n")) continue;
          const codes = Array.from(whole.replaceAll("\r\n", ""), (character) => character.charCodeAt(0));
          assert.ok(codes.every((code) => code === 0x09 || (code >= 0x20 && code !== 0x7f)));
          assert.doesNotMatch(whole, /\r\n[ \t]/);
        }
        request.cuts.copy(whole, 0, whole.length);
        response.cuts.copy(whole, 0, whole.length);
      }),
      { numRuns: 2000 },
    );
  });
});
