import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { BodyRule, LongestMatch } from "./body-rule.ts";
import {
  aRule,
  finds,
  limited,
  pieceLengths,
  rewriteInPieces,
  rewriterFor,
  rewriteText,
  type Told,
} from "./rules.fixture.ts";
import { maxHeldText, maxLine, TextReplacer } from "./text-replacer.ts";

function replacer(rule: BodyRule, told: string[] = []): TextReplacer {
  return new TextReplacer(
    rule,
    rule.longest,
    (text) => text,
    (problem, detail) => told.push(`${problem} ${detail}`),
  );
}

/** Written anew, without a thought about pieces. */
function replacedAtOnce(text: string, pattern: string, value: string, occurrences: number): string {
  const find = finds(pattern);
  let out = "";
  let copied = 0;
  let lastEnd = -1;
  let left = occurrences === 0 ? Infinity : occurrences;
  for (let at = 0; at <= text.length && left > 0;) {
    const found = find(text, at);
    if (found === null) break;
    const length = found.captures[0]?.length ?? 0;
    const end = found.index + length;
    if (length > 0 || end !== lastEnd) {
      out += text.slice(copied, found.index) + value;
      copied = end;
      left--;
      lastEnd = end;
    }
    at = length > 0 ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
  return out + text.slice(copied);
}

const patterns: readonly (readonly [pattern: string, longest: LongestMatch])[] = [
  ["ab", 2],
  ["a|aab|ba", 3],
  ["a?", 1],
  [String.raw`\bab?\b`, 2],
  [String.raw`a{2,4}`, 4],
  ["é😀?", 3],
  ["[^a\n]b", 2],
  ["a+", "line"],
  ["a[^\n]*b", "line"],
  ["b*", "line"],
  [String.raw`\ba.*?b\b`, "line"],
  ["a[^]*b", "any"],
  ["^[^]*$", "any"],
  ["^a|b$", "any"],
  ["(?:)", 0],
];

describe("a rule on the whole text", () => {
  for (const [pattern, longest] of patterns) {
    for (const occurrences of [0, 2]) {
      it(`gives the same however the body was cut: /${pattern}/ ${longest}, ${occurrences} times`, () => {
        const rule = aRule(pattern, "<x>", { longest, occurrences });
        const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "😀", "\n", " "), maxLength: 60 });
        fc.assert(
          fc.property(text, pieceLengths, (body, lengths) => {
            const out = rewriteInPieces(rewriterFor([rule]), Buffer.from(body), lengths).toString();
            // Half a character that is left alone becomes U+FFFD.
            assert.equal(out, Buffer.from(replacedAtOnce(body, pattern, "<x>", occurrences)).toString());
          }),
          { numRuns: 300 },
        );
      });
    }
  }

  it("puts in what its value says", () => {
    assert.equal(rewriteText([aRule("a(.)(z)?", "[$1$2]")], "ab ac"), "[b] [c]");
  });

  it("hands its result to the next rule", () => {
    const rules = [limited("a", "bb", 1), limited("bb", "c", 2), aRule("c+", "$0!")];
    assert.equal(rewriteText(rules, "aab"), "ccb".replace("cc", "cc!"));
  });

  it("leaves a match whose conditions do not hold, and does not count it", () => {
    const rule = aRule("a(.)", "", { occurrences: 1, replace: ([, letter]) => (letter === "y" ? "!" : null) });
    assert.equal(rewriteText([rule], "ax ay ay"), "ax ! ay");
  });

  it("holds back no more than the longest match", () => {
    const stage = replacer(limited("ab", "x", 2));
    assert.equal(stage.write("12345"), "123");
    assert.equal(stage.write("ab"), "45");
    assert.equal(stage.write("67"), "x");
    assert.equal(stage.end(), "67");
  });

  it("holds back the line that is not complete", () => {
    const stage = replacer(limited("a.*b", "x", "line"));
    assert.equal(stage.write("1\n2ab"), "1\n");
    assert.equal(stage.write("ab\n3"), "2x\n");
    assert.equal(stage.end(), "3");
  });

  it("looks at each piece of a line that is too long by itself, wherever it was cut", () => {
    const rule = limited("ab+", "x", "line");
    const line = `${"a".repeat(maxLine - 2)}abbb${"c".repeat(maxLine)}ab\nab`;
    const stage = replacer(rule);
    const whole = stage.write(line) + stage.end();
    assert.equal(whole, `${"a".repeat(maxLine - 2)}xbb${"c".repeat(maxLine)}x\nx`);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 90_000 }), { maxLength: 6 }), (lengths) => {
        const out = rewriteInPieces(rewriterFor([rule]), Buffer.from(line), lengths);
        assert.ok(out.equals(Buffer.from(whole)));
      }),
      { numRuns: 20 },
    );
  });

  it("holds back nothing of a complete line of an event stream, and looks at each by itself, however it was cut", () => {
    for (const longest of [9, "line", "any"] as const) {
      const rule = aRule("a[^]*b|c$", "x", { longest });
      const rewriter = rewriterFor([rule], "text/event-stream");
      assert.equal(rewriter.write(Buffer.from("event: ab\n\na\nb\nc")).toString(), "event: x\n\na\nb\n");
      assert.equal(rewriter.end().toString(), "x");
    }
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "\n"), maxLength: 60 });
    fc.assert(
      fc.property(text, pieceLengths, (body, lengths) => {
        const rule = aRule("a[^]*b|c$", "x");
        const whole = body.split(/(?<=\n)/).map((line) => line.replace(/a[^]*b|c$/g, "x"));
        const out = rewriteInPieces(rewriterFor([rule], "text/event-stream"), Buffer.from(body), lengths);
        assert.equal(out.toString(), whole.join(""));
      }),
    );
  });

  it("passes on a body that is too long to be held, and tells so once", () => {
    const told: string[] = [];
    const stage = replacer(aRule("a", "b"), told);
    assert.equal(stage.write("a".repeat(maxHeldText)), "");
    assert.deepEqual(told, []);
    assert.equal(stage.write("a").length, maxHeldText + 1);
    assert.equal(stage.write("a"), "a");
    assert.equal(stage.end(), "");
    assert.deepEqual(told, ["body-too-long a"]);
  });

  it("changes a body that can just be held", () => {
    const stage = replacer(aRule("a+$", "b"));
    assert.equal(stage.write("a".repeat(maxHeldText)) + stage.end(), "b");
  });

  it("holds nothing back once it has replaced all that it may", () => {
    const stage = replacer(aRule("a", "x", { longest: "line", occurrences: 1 }));
    assert.equal(stage.write("a\na"), "x\na");
    assert.equal(stage.write("b"), "b");
  });

  it("puts references in where the charset has no such character, and leaves the match where there are none", () => {
    const told: Told[] = [];
    const body = Buffer.from("price: 1 Q, 2 Q \xe9", "latin1");
    const html = rewriteInPieces(rewriterFor([aRule("Q", "€")], "text/html; charset=iso-8859-1", told), body);
    assert.equal(html.toString("latin1"), "price: 1 &#8364;, 2 &#8364; \xe9");
    assert.deepEqual(told, []);
    const plain = rewriteInPieces(rewriterFor([aRule("Q", "€")], "text/plain; charset=windows-1252", told), body);
    assert.ok(plain.equals(body));
    assert.deepEqual(told, [{ problem: "does-not-fit", detail: "Q" }]);
  });
});
