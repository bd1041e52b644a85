import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { describe, it } from "node:test";
import { compilePattern, type Pattern } from "./pattern.ts";

const length = 128 * 1024;
/** All but the texts themselves and what makes them end in an unforeseen way. */
const words = ["a", "/", "abc", "\n", "\u{1f600}"];
const inputs = words.flatMap((word) => {
  const many = word.repeat(length / word.length);
  return [many, `${many.slice(0, -1)}!`, `${many.slice(0, -1)}\n`];
});
const sources = [
  "^(a+)+$",
  "^(a|a)*$",
  "(a*)*b",
  "(x+x+)+y",
  "(.*)(.*)(.*)(.*)!$",
  "(.*)/(.*)/(.*)$",
  "^(.*)/(.*)/(.*)b$",
  String.raw`^(\w+\s?)*$`,
  String.raw`^(([a-z])+.)+[A-Z]([a-z])+$`,
  "(.*)foo(.*)bar",
  "a{0,20}a{0,20}b",
  "a{0,100}a{0,100}b",
  "(?:a|ab|abc)*(?:b|bc)*$",
  "[^/]+/",
  "(a|b|c|/)+!(.*)",
  "(?!.*[.][.])a",
  "^(?!.*[.][.])([^/]+)/(.*)$",
  "(?=a{0,40}b)a",
  String.raw`^(\w+)/\1/(.*)b$`,
  String.raw`([a-z]{1,8})/\1!`,
  "(?<=a{0,20})!",
  "^owa(/.*)?$",
];

function slowest(pattern: Pattern): { readonly ms: number; readonly input: string } {
  let worst = { ms: 0, input: "" };
  for (const input of inputs) {
    const start = performance.now();
    pattern.match(input);
    const ms = performance.now() - start;
    if (ms > worst.ms) worst = { ms, input };
  }
  return worst;
}

describe("hostile patterns and inputs of 128 KiB", () => {
  const baseline = compilePattern(String.raw`(?:ab?|[^a])*([^b]x|z)$`, "ecmascript", true);
  assert.ok(baseline.ok && baseline.pattern.engine === "linear");
  // What one linear pattern takes in this run: a pattern that goes back takes thousands of times as long.
  const unit = Math.max(5, slowest(baseline.pattern).ms);

  for (const syntax of ["ecmascript", "wildcard"] as const) {
    for (const source of syntax === "wildcard"
      ? ["*a*a*a*a*b", "*?a?*?b", `*${"a?".repeat(100)}b*`, "*".repeat(50)]
      : sources) {
      it(`${syntax} ${source.slice(0, 40)}: takes no longer than the size of both allows`, () => {
        const result = compilePattern(source, syntax, true);
        if (!result.ok) return;
        const { ms, input } = slowest(result.pattern);
        assert.ok(
          ms < unit * 40,
          `${ms / unit} times as long as the plain one, with ${JSON.stringify(input.slice(0, 8))}`,
        );
      });
    }
  }
});
