import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { UrlWriter, type ValueKind } from "./url-writer.ts";

/** Text of the rule, or a value of this kind. */
type Piece = readonly [kind: "text" | ValueKind, text: string];

function url(start: "scheme" | "path", ...pieces: readonly Piece[]): string {
  return write(new UrlWriter(false, start), pieces);
}

function target(...pieces: readonly Piece[]): string {
  return write(new UrlWriter(true, "path"), pieces);
}

function write(writer: UrlWriter, pieces: readonly Piece[]): string {
  for (const [kind, text] of pieces) {
    if (kind === "text") writer.literal(text);
    else writer.value(text, kind);
  }
  return writer.text;
}

describe("a target", () => {
  const cases: readonly (readonly [pieces: readonly Piece[], target: string])[] = [
    [[["text", "/a b/%20/%zz/É"]], "/a%20b/%20/%25zz/%C3%89"],
    [[["text", "/a#b?c#d"]], "/a%23b?c%23d"],
    [[["path", "/a?b#c%20"]], "/a%3Fb%23c%2520"],
    [[["decoded", "/a?b?c d#e%20"]], "/a?b?c%20d%23e%20"],
    [[["url", "/a%20b?c=d#e f"]], "/a%20b?c=d%23e%20f"],
    [[["raw", "/a%zz?b|c"]], "/a%zz?b|c"],
    [
      [
        ["text", "/x?q="],
        ["path", "a&b c?"],
        ["text", "&r="],
        ["url", "%41#"],
      ],
      "/x?q=a&b%20c?&r=%41%23",
    ],
    [
      [
        ["text", "/x/"],
        ["path", "a?b"],
        ["text", "?c"],
      ],
      "/x/a%3Fb?c",
    ],
    [[["path", "\u{1f600}\ud800"]], "/%F0%9F%98%80%EF%BF%BD"],
  ];
  for (const [pieces, expected] of cases) {
    it(`${JSON.stringify(pieces)} is ${expected}`, () => assert.equal(target(...pieces), expected));
  }

  it("stays one target, and what is of the path stays in it", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "/", "?", "#", "%", "%41", " ", "\r", "\n", "é", "&", "\\") });
    fc.assert(
      fc.property(text, text, (path, query) => {
        const written = target(["text", "/p/"], ["path", path], ["text", "?q="], ["url", query]);
        assert.match(written, /^\/[!-~]*$/);
        assert.equal(written.indexOf("?q="), written.indexOf("?"));
        const [before = ""] = written.split("?");
        assert.equal(decodeURIComponent(before), `/p/${path}`);
        assert.ok(!written.includes("#"));
      }),
    );
  });
});

describe("a URL", () => {
  const cases: readonly (readonly [start: "scheme" | "path", pieces: readonly Piece[], url: string])[] = [
    ["path", [["text", "/a?b#c?d#e"]], "/a?b#c?d%23e"],
    [
      "scheme",
      [
        ["text", "https://"],
        ["url", "a.x:8443"],
        ["text", "/b"],
      ],
      "https://a.x:8443/b",
    ],
    [
      "scheme",
      [
        ["url", "ht\r\ntps:"],
        ["text", "://a.x/"],
      ],
      "https://a.x/",
    ],
    [
      "scheme",
      [
        ["text", "https:"],
        ["text", "//a.x"],
        ["text", ":80/"],
      ],
      "https://a.x:80/",
    ],
    ["scheme", [["text", "https://user@a.x\r\n/"]], "https://usera.x/"],
    ["scheme", [["text", "https://É.x/"]], "https://.x/"],
    // A path may begin within a value.
    [
      "scheme",
      [
        ["text", "https://"],
        ["url", "a.x"],
        ["decoded", "/b c?d e"],
      ],
      "https://a.x/b%20c?d%20e",
    ],
    [
      "scheme",
      [
        ["text", "https://a.x"],
        ["raw", "/%41?b"],
      ],
      "https://a.x/%41?b",
    ],
    [
      "scheme",
      [
        ["text", "https://a.x"],
        ["path", "/b?c"],
      ],
      "https://a.x/b%3Fc",
    ],
    [
      "scheme",
      [
        ["text", "//"],
        ["url", "a.x/b?c#d"],
      ],
      "//a.x/b?c#d",
    ],
  ];
  for (const [start, pieces, expected] of cases) {
    it(`${JSON.stringify(pieces)} is ${expected}`, () => assert.equal(url(start, ...pieces), expected));
  }

  it("has no spaces and no line breaks, whatever is in its values", () => {
    const text = fc.string({ unit: "binary" });
    const kinds = fc.constantFrom<ValueKind>("path", "decoded", "url");
    fc.assert(
      fc.property(text, text, kinds, (one, other, kind) => {
        const written = url("scheme", ["text", "https://"], [kind, one], ["text", "/"], [kind, other], ["text", "#"]);
        assert.match(written, /^https:\/\/[!-~]*$/);
      }),
    );
  });
});
