import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ChunkedFramer } from "./chunked-framer.ts";

interface Outcome {
  /** Where the body ends; -1 = refused. */
  readonly end: number;
  readonly done: boolean;
  readonly content: string;
}

/** In one piece, or one byte at a time. */
function read(body: string, pieceLength: number): Outcome {
  const framer = new ChunkedFramer();
  framer.start();
  framer.ranges = [];
  const bytes = Buffer.from(body, "latin1");
  let content = "";
  let end = 0;
  while (end < bytes.length && !framer.done) {
    const piece = bytes.subarray(end, end + pieceLength);
    framer.ranges.length = 0;
    const taken = framer.scan(piece, 0);
    if (taken === -1) return { end: -1, done: false, content: "" };
    for (let index = 0; index < framer.ranges.length; index += 2) {
      content += piece.toString("latin1", framer.ranges[index], framer.ranges[index + 1]);
    }
    end += taken;
  }
  return { end, done: framer.done, content };
}

function both(body: string): Outcome {
  const whole = read(body, body.length);
  assert.deepEqual(read(body, 1), whole);
  return whole;
}

const last = "0\r\n\r\n";

describe("a chunked body", () => {
  const wellFormed: readonly (readonly [name: string, body: string, content: string])[] = [
    ["that is empty", last, ""],
    ["of one chunk", `5\r\nhello\r\n${last}`, "hello"],
    ["of several chunks", `1\r\na\r\n2\r\nbc\r\n${last}`, "abc"],
    ["with sizes in both cases", `a\r\n0123456789\r\nA\r\n0123456789\r\n${last}`, "01234567890123456789"],
    ["with leading zeros", `0000000000000005\r\nhello\r\n000\r\n\r\n`, "hello"],
    ["whose content looks like chunks", `9\r\n0\r\n\r\n0\r\n\r\r\n${last}`, "0\r\n\r\n0\r\n\r"],
    ["whose content is any byte", `5\r\n\x00\xff\r\n\x7f\r\n${last}`, "\x00\xff\r\n\x7f"],
    ["with an extension", `5;a=b\r\nhello\r\n${last}`, "hello"],
    ["with extensions", `5;a;b=c;d="e"\r\nhello\r\n0;f=g\r\n\r\n`, "hello"],
    ["with a quoted extension", `5;a="b;\\"c\\\\ \t\xe9"\r\nhello\r\n${last}`, "hello"],
    ["with an empty quoted extension", `5;a=""\r\nhello\r\n${last}`, "hello"],
    ["with an extension of 1023 characters", `5;${"a".repeat(1023)}\r\nhello\r\n${last}`, "hello"],
    ["with a trailer", `${last.slice(0, 3)}X-Sum: 1\r\n\r\n`, ""],
    ["with trailers", `5\r\nhello\r\n0\r\nX: \r\nY:\t\xe9 \r\nX: 2\r\n\r\n`, "hello"],
  ];
  for (const [name, body, content] of wellFormed) {
    it(`${name} is followed to its end and not beyond`, () => {
      assert.deepEqual(both(`${body}GET / HTTP/1.1\r\n`), { end: body.length, done: true, content });
    });
    it(`${name} is not over a byte earlier`, () => {
      const short = both(body.slice(0, -1));
      assert.deepEqual([short.end, short.done], [body.length - 1, false]);
    });
  }

  const malformed: readonly (readonly [name: string, body: string])[] = [
    ["no size", "\r\nhello"],
    ["a bare LF behind the size", "5\nhello"],
    ["a bare CR behind the size", "5\rhello"],
    ["CR CR LF behind the size", "5\r\r\nhello"],
    ["a space before the size", " 5\r\n"],
    ["a space behind the size", "5 \r\n"],
    ["a tab behind the size", "5\t\r\n"],
    ["a sign", "+5\r\n"],
    ["a negative size", "-5\r\n"],
    ["0x", "0x5\r\n"],
    ["an underscore", "1_0\r\n"],
    ["a letter beyond f", "g\r\n"],
    ["a letter behind the size", "5h\r\n"],
    ["a comma", "5,\r\n"],
    ["NUL behind the size", "5\x00\r\n"],
    ["an @ (a letter without its 0x20 bit is no digit)", "@\r\n"],
    ["a byte above 0x7f", "\xb2\r\n"],
    ["2^53", "20000000000000\r\n"],
    ["2^64 + 5", "10000000000000005\r\n"],
    ["2^64 - 1", "ffffffffffffffff\r\n"],
    ["17 digits", `${"0".repeat(16)}5\r\n`],
    ["content that is longer than its size", "4\r\nhello\r\n"],
    ["content without an end of line", "5\r\nhello0\r\n"],
    ["a bare LF behind the content", "5\r\nhello\n0"],
    ["a bare CR behind the content", "5\r\nhello\r0"],
    ["something between CR and LF behind the content", "5\r\nhello\rx\n"],
    ["an extension without a name", "5;\r\n"],
    ["a second extension without a name", "5;a;\r\n"],
    ["an extension with an empty name", "5;=b\r\n"],
    ["an extension with an empty value", "5;a=\r\n"],
    ["a space before the extension", "5 ;a\r\n"],
    ["a space in the extension", "5; a\r\n"],
    ["a space behind the extension", "5;a \r\n"],
    ["a bare LF in the extension", "5;\n"],
    ["a bare LF behind the extension's name", "5;a\n"],
    ["a bare CR in the extension", "5;a\rb"],
    ["NUL in the extension", "5;a\x00"],
    ["a control in the extension", "5;a\x01"],
    ["a bare LF in a quoted extension", '5;a="\n'],
    ["NUL in a quoted extension", '5;a="\x00'],
    ["an unfinished quoted extension", '5;a="b\r\n'],
    ["text behind a quoted extension", '5;a="b"c\r\n'],
    ["a byte above 0x7f in a bare extension", "5;a=\xe9\r\n"],
    ["an extension of 1024 characters", `5;${"a".repeat(1024)}`],
    ["a bare LF behind the last size", "0\n"],
    ["a bare LF for the empty line", "0\r\n\n"],
    ["a bare CR for the empty line", "0\r\n\rX"],
    ["a trailer that ends with a bare LF", "0\r\nX: y\n"],
    ["a trailer that ends with a bare CR", "0\r\nX: y\rZ"],
    ["a trailer with NUL", "0\r\nX: \x00"],
    ["a trailer without a colon", "0\r\nX\r\n"],
    ["a trailer without a name", "0\r\n: x\r\n"],
    ["a trailer with a space before the colon", "0\r\nX : y\r\n"],
    ["a folded trailer", "0\r\nX: y\r\n z\r\n"],
    ["a request in place of trailers", "0\r\nGET /x HTTP/1.1\r\n"],
    ["Content-Length as a trailer", "0\r\nContent-Length: 5\r\n"],
    ["Transfer-Encoding as a trailer", "0\r\ntransfer-encoding: chunked\r\n"],
    ["Host as a trailer", "0\r\nHost: a\r\n"],
    ["Authorization as a trailer", "0\r\nX: y\r\nAuthorization: NTLM\r\n"],
  ];
  for (const [name, body] of malformed) {
    it(`with ${name} is refused as soon as that is there`, () => {
      assert.equal(both(body).end, -1);
      assert.equal(both(`1\r\nx\r\n${body}`).end, -1);
    });
  }

  it("may announce 2^53 - 1 bytes and is then followed piece by piece", () => {
    const framer = new ChunkedFramer();
    framer.start();
    assert.equal(framer.scan(Buffer.from("1fffffffffffff\r\n"), 0), 16);
    assert.equal(framer.scan(Buffer.alloc(65_536), 0), 65_536);
    assert.equal(framer.done, false);
  });

  it("does not end by itself: extensions and trailers have a limit together", () => {
    const extensions = `1;${"a".repeat(1000)}\r\nx\r\n`;
    assert.equal(both(extensions.repeat(60)).end, extensions.length * 60);
    assert.equal(read(extensions.repeat(70), 100_000).end, -1);
    const trailers = `0\r\n${`X: ${"y".repeat(1000)}\r\n`.repeat(70)}`;
    assert.equal(read(trailers, 100_000).end, -1);
    assert.equal(read(`0\r\n${"x".repeat(70_000)}`, 100_000).end, -1);
  });

  it("begins where the head ended", () => {
    const framer = new ChunkedFramer();
    framer.start();
    framer.ranges = [];
    const bytes = Buffer.from("head5\r\nhello\r\n0\r\n\r\nnext");
    assert.equal(framer.scan(bytes, 4), bytes.length - 4);
    assert.deepEqual(framer.ranges, [7, 12]);
  });

  it("leaves nothing behind for the next one", () => {
    const framer = new ChunkedFramer();
    for (const [body, end] of [
      ["5;aa", 4],
      ["5\r\nhe", 5],
      ["f", 1],
      ["0\r\nX: y", 7],
      ["zz", -1],
      [`1\r\nx\r\n${last}`, 11],
    ] as const) {
      framer.start();
      assert.equal(framer.scan(Buffer.from(body), 0), end);
    }
    assert.equal(framer.done, true);
    assert.equal(framer.ranges, null);
  });
});
