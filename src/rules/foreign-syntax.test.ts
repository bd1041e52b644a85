import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { foreignSyntax } from "./foreign-syntax.ts";

describe("syntax of .NET alone", () => {
  for (const [source, place, remedy] of [
    ["(?i)owa", "(?i) at character 1", "leave it out: rules ignore case"],
    ["a(?i:b)", "(?i: at character 2", "write (?: and leave it out"],
    ["(?s).*", "(?s) at character 1", "write [^]"],
    ["(?-i)a", "(?-i) at character 1", "flags can't be switched"],
    ["(?'n'a)", "(?'n' at character 1", "write (?<name>"],
    ["(?P<n>a)", "(?P< at character 1", "write (?<name>"],
    ["(?<n-m>a)", "(?<n-m> at character 1", "balancing"],
    ["(?>a+)", "(?> at character 1", "write (?:"],
    ["a(?#note)b", "(?# at character 2", "leave the comment out"],
    ["(?(1)a|b)", "(?( at character 1", "alternatives"],
    ["[ab]++c", "++ at character 5", 'leave the last "+" out'],
    ["a{2}+", "{2}+ at character 2", 'leave the last "+" out'],
    [String.raw`\Aowa`, String.raw`\A at character 1`, "write ^"],
    [String.raw`owa\z`, String.raw`\z at character 4`, "write $"],
    [String.raw`owa\Z`, String.raw`\Z at character 4`, "write $"],
    [String.raw`\p{Lu}`, String.raw`\p{Lu} at character 1`, "[A-Za-z]"],
    ["[a-z-[aeiou]]", "[a-z-[aeiou]] at character 1", "subtracted"],
  ] as const) {
    it(`${source}: ${remedy}`, () => {
      const fault = foreignSyntax(source) ?? "";
      assert.ok(fault.startsWith(place) && fault.includes(remedy), fault);
    });
  }

  for (const source of [
    "(?<n>a)",
    "(?<!a)b",
    String.raw`\\A`,
    String.raw`\++`,
    "[(?i)]",
    "[+]+",
    "(?:a)",
    String.raw`\/\-\_`,
    "[a-z[]+",
  ]) {
    it(`${source} is JavaScript's too`, () => assert.equal(foreignSyntax(source), null));
  }
});
