import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { firstCookie, knownCookie } from "./cookie.ts";
import { fieldValue, findField } from "./find-field.ts";

const requestLine = "GET / HTTP/1.1\r\n";
const start = requestLine.length;
const headOf = (...lines: readonly string[]): string =>
  `${requestLine}${["Host: x", ...lines].map((line) => `${line}\r\n`).join("")}\r\n`;

const servers: ReadonlyMap<string, string> = new Map([
  ["0a1b", "cas1"],
  ["0a1c", "cas2"],
]);

/** Each: field lines, the first value of `sid`, and the server that is known by it. */
const heads: readonly (readonly [readonly string[], string, string | null])[] = [
  [[], "", null],
  [["Cookie: sid=0a1b"], "0a1b", "cas1"],
  [["cookie:sid=0a1b"], "0a1b", "cas1"],
  [["COOKIE: \t a=b; sid=0a1c"], "0a1c", "cas2"],
  [["Cookie: sid=0A1B"], "0A1B", "cas1"],
  [["Cookie: SID=0a1b; Sid=0a1b"], "", null],
  [["Cookie: xsid=0a1b; sidx=0a1b; a=sid=0a1b"], "", null],
  [["Cookie: sid=old; sid=0a1c; sid=0a1b"], "old", "cas2"],
  [["Cookie: sid=old", "X: y", "Cookie: a=b;sid=0a1b"], "old", "cas1"],
  [['Cookie: sid="0a1b"'], "0a1b", "cas1"],
  [['Cookie: sid="'], '"', null],
  [['Cookie: sid=""; sid="0a1b'], "", null],
  [["Cookie:   ; ;sid \t= 0a1b \t;; a=b"], "0a1b", "cas1"],
  [["Cookie: sid"], "", null],
  [["Cookie: sid; sid=0a1b"], "0a1b", "cas1"],
  [["Cookie: sid="], "", null],
  [["Cookie: sid=   ;x=y"], "", null],
  [["Cookie: sid   ;=0a1b"], "", null],
  [["Cookie: sid=a=b==; x=y"], "a=b==", null],
  [["Cookie:", "Cookie: ", "Cookie: sid=0a1b"], "0a1b", "cas1"],
  [["X-Cookie: sid=0a1b", "Cookie-X: sid=0a1b"], "", null],
  [["X: Cookie: sid=0a1b"], "", null],
];

describe("cookies of a request", () => {
  for (const [lines, first, server] of heads) {
    it(lines.join(" | ") || "none", () => {
      const head = headOf(...lines);
      assert.equal(firstCookie(head, start, "sid"), first);
      assert.equal(knownCookie(head, start, "sid", servers), server);
    });
  }

  it("are found wherever they stand among others", () => {
    const name = fc.stringMatching(/^[a-z]{1,3}$/);
    const pair = fc.tuple(name, fc.stringMatching(/^[a-z0-9=]{0,5}$/));
    fc.assert(
      fc.property(fc.array(fc.array(pair, { minLength: 1 }), { maxLength: 4 }), name, (lines, wanted) => {
        const head = headOf(...lines.map((pairs) => `Cookie: ${pairs.map((one) => one.join("=")).join("; ")}`));
        const found = lines.flat().find(([own]) => own === wanted)?.[1];
        assert.equal(firstCookie(head, start, wanted), found ?? "");
      }),
    );
  });

  it("are not looked at behind so many that no browser sent them", () => {
    const many = (count: number): string => headOf(`Cookie: ${"sid=b;".repeat(count)} sid=0a1b`);
    assert.equal(knownCookie(many(254), start, "sid", servers), "cas1");
    assert.equal(knownCookie(many(255), start, "sid", servers), null);
    const lines = headOf(...Array<string>(256).fill("Cookie: a"), "Cookie: sid=0a1b");
    assert.equal(knownCookie(lines, start, "sid", servers), null);
    assert.equal(knownCookie(headOf(`Cookie: ${"a=b;".repeat(5000)} sid=0a1b`), start, "sid", servers), "cas1");
  });

  it("are not taken from other fields", () => {
    const head = headOf("Referer: http://x/;sid=0a1b", "Cookie: a=b", "X: ; sid=0a1b", "Cookie: c=d", "Y: sid=0a1b");
    assert.equal(firstCookie(head, start, "sid"), "");
  });

  it("end with their line", () => {
    assert.equal(firstCookie(headOf("Cookie: sid", "=0a1b: x"), start, "sid"), "");
    assert.equal(firstCookie(headOf("Cookie: a=b;", "sid=0a1b: x"), start, "sid"), "");
  });
});

describe("a field of a request", () => {
  const head = headOf("X-User: \t ann \t", "x-USER: bob", "X-Empty:", "X-User-Name: carl");

  it("is the one of its first line, whatever the name's case", () => {
    assert.equal(fieldValue(head, start, "x-user"), "ann");
    assert.equal(fieldValue(head, start, "x-user-name"), "carl");
    assert.equal(fieldValue(head, start, "host"), "x");
  });

  it("is empty where it is absent or has no value", () => {
    for (const name of ["x-empty", "x-use", "user", "get"]) assert.equal(fieldValue(head, start, name), "");
  });

  it("is found line by line", () => {
    const first = findField(head, start, "x-user");
    const second = findField(head, head.indexOf("\r\n", first) + 2, "x-user");
    assert.ok(head.startsWith("x-USER: bob", second));
    assert.equal(findField(head, head.indexOf("\r\n", second) + 2, "x-user"), -1);
  });
});
