import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compilePattern, type Engine, type Pattern } from "./pattern.ts";

function compiled(source: string, ignoreCase = true): Pattern {
  const result = compilePattern(source, "ecmascript", ignoreCase);
  assert.ok(result.ok, result.ok ? "" : `${source}: ${result.fault}`);
  return result.pattern;
}

function nativeCaptures(source: string, ignoreCase: boolean, input: string): string[] | null {
  const found = new RegExp(source, ignoreCase ? "i" : "").exec(input);
  return found === null ? null : Array.from(found, (group: string | undefined) => group ?? "");
}

/** Many names of hosts. */
function names(count: number, before: string, behind: string): string {
  const all = Array.from({ length: count }, (_, index) => String.raw`host${index}\.example\.com`);
  return `${before}(?:${all.join("|")})${behind}`;
}

describe("the engine of a pattern", () => {
  const engines: Readonly<Record<Exclude<Engine, "direct">, readonly string[]>> = {
    native: [
      "",
      "^owa(/.*)?$",
      "^(owa|ecp|ews)(/.*)?$",
      "(.*)",
      "foo(/.*)?",
      "foo(?:/(.*)|[.].*)?",
      String.raw`^mail\.example\.com(:\d+)?$`,
      "^(?!api/)([^/]+)/([^/]+)/(.*)$",
      String.raw`^([a-z]+)/\1/`,
      "(?<!www[.])example[.]com",
      "^(?!.*[.][.])(.*)$",
      "^([^/]+)/([^/]+)/(.*)$",
      "[^/]{1,200}/x",
      names(300, "^", String.raw`(:\d+)?$`),
      names(50, "", ""),
    ],
    linear: [
      "(.*)foo",
      "^(.*)/(.*)$",
      "foo.*$",
      "(a+)+b",
      String.raw`([a-z]{1,63}\.)+com$`,
      names(5, "(.*)", "(.*)x"),
      "^(a|a)*$",
      "^(a*)*$",
      "(?:x?)*y",
      "[^/]+/",
      "(?:^|/)owa(/.*)?$",
    ],
  };
  for (const engine of ["native", "linear"] as const) {
    for (const source of engines[engine]) {
      it(`"${source.slice(0, 60)}": ${engine}`, () => assert.equal(compiled(source).engine, engine));
    }
  }
  it("wildcards and exact patterns need none", () => {
    for (const syntax of ["wildcard", "exact"] as const) {
      const result = compilePattern("(.*)", syntax, true);
      assert.equal(result.ok && result.pattern.engine, "direct");
    }
  });
});

describe("the linear engine means what JavaScript means", () => {
  /** Something that makes a pattern slow for the native engine, and does not change what it matches. */
  const slow = "(?:x*x*y)?";
  const inputs = [
    "",
    "a",
    "ab",
    "aab",
    "a\nb",
    "a\r",
    "\u2028",
    "é",
    "É",
    "ß",
    "İ",
    "ı",
    "ſ",
    "s",
    "K",
    "k",
    "\u212a",
    "Ω",
  ];
  const texts = [
    ...inputs,
    "\u{1f600}",
    "\ud83d",
    "\u{10d800}",
    "a-b_c/d",
    "{a}",
    "a{,2}",
    "\u0001",
    "\b",
    "\u00a0",
    "\ufeff",
  ];
  const more = ["word\u200b", "9", "٣", "µ", "Μ", "ς", "aXb", "abab", "abba", "\\", "]", "^", "[", "\u0000"];
  for (const [what, ...sources] of [
    ["the dot and line ends", "^(.)$", ".", "^.*$", "(.+)$"],
    [
      "surrogates: single units",
      "^.$",
      "^..$",
      "(.)(.)",
      "^[^a]$",
      "[\ud83d]",
      "\ud83d",
      "[\ud800-\udfff]+",
      "\u{1f600}",
    ],
    ["$ at the very end alone", "a$", "$", "^a$"],
    ["white space", String.raw`\s`, String.raw`^\S$`, String.raw`[\s]`, String.raw`[^\s]`],
    ["digits and words", String.raw`\d`, String.raw`\w+`, String.raw`\W`, String.raw`[\W]`, String.raw`[^\D]`],
    ["edges of words", String.raw`\b`, String.raw`\B`, String.raw`\bword\b`, String.raw`a\Bb`],
    [
      "case beyond ASCII",
      "é",
      "ß",
      "ss",
      "İ",
      "i",
      "ı",
      "s",
      "ſ",
      "k",
      "K",
      "[^k]",
      "ω",
      "µ",
      "[α-ω]+",
      "[^é]",
      "[à-ï]",
    ],
    ["escapes of what needs none", String.raw`\-`, String.raw`\/`, String.raw`\_`, String.raw`[\-\_]+`, String.raw`\é`],
    ["classes of all and of nothing", "[^]", "[]", "a[]?b", "^[^]*$", "[\\b]"],
    [
      "octal and other codes",
      String.raw`\1`,
      String.raw`\01`,
      String.raw`\x61`,
      String.raw`\u0061`,
      String.raw`\cA`,
      String.raw`\0`,
    ],
    ["braces that count nothing", "{a}", "a{,2}", "{", "}", "]"],
    [
      "groups of earlier rounds",
      "(?:(a)|(b))*",
      "(?:(a)|b)*",
      "(?:(a)?b)*",
      "((a)|b)+",
      "(?:(?:(a)|b)+x?)*",
      "(?:(a)|(?:(b)|X)*)+",
    ],
    [
      "rounds of nothing",
      "(a*)*",
      "(a*)+",
      "(?:a?)*?b",
      "(|a)+",
      "(?:|a)*",
      "(?:a|)*",
      "(a*?)*",
      "(?:(a)|b*)*",
      "(?:^|a)*",
      "(a*)?",
      "(a*b*)*",
      "(?:a?b?c?)*",
      "(?:\\b(a*))*",
      "(?:a?(?:b?|))+",
      "(a?){0,2}",
    ],
    [
      "nothing before something",
      "(?:|a)?",
      "(?:a*?)?",
      "(a|ab)(c|bcd)?(d*)",
      "(?:a??)*",
      "(?:\\b)*a",
      "(?:(?:)|a)+",
      "(?:^)+a|(a*a)",
      "(?:^|a)+b|a",
    ],
    [
      "counted rounds",
      "(a){2}",
      "(?:(a)|b){2}",
      "(?:(a)|b){2,3}",
      "(?:(a)|b){1,}",
      "(a?){2}",
      "(?:(a)|){3}",
      "(?:ab?){2,}?",
      "a*(?:|[^]){1,2}",
    ],
    ["names of groups", "(?<n>a)(?<m>b)?"],
  ] as const) {
    it(what, () => {
      for (const source of sources.flatMap((plain) => [plain, `(?:${plain})${slow}`, `${slow}(?:${plain})`])) {
        for (const ignoreCase of [true, false]) {
          const pattern = compiled(source, ignoreCase);
          if (source.startsWith(slow)) assert.equal(pattern.engine, "linear", source);
          for (const input of [...texts, ...more]) {
            const wanted = nativeCaptures(source, ignoreCase, input);
            assert.deepEqual(pattern.match(input), wanted, JSON.stringify({ source, ignoreCase, input }));
          }
        }
      }
    });
  }
});
