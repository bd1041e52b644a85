import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compileLinear } from "./linear-pattern.ts";
import { parseEcmascript } from "./parse-ecmascript.ts";
import { literalHost, longestMatch, matchesAll, pathKey } from "./pattern-shape.ts";
import { compilePattern } from "./pattern.ts";

/** Small alphabets, so that patterns and inputs meet. */
const letters = ["a", "A", "b", "/", "é", "ſ", "\n", "\ud83d"];
const units = [
  ...letters.slice(0, 6),
  ".",
  "[ab]",
  "[^a]",
  "[^]",
  String.raw`\w`,
  String.raw`\W`,
  String.raw`\s`,
  "[a-é]",
];
const assertions = ["^", "$", String.raw`\b`, String.raw`\B`];
const counts = ["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,2}", "{2,}", "{0}", "{1,3}?"];

const pattern = fc.letrec<Record<"pattern" | "sequence" | "element" | "atom", string>>((tie) => ({
  pattern: fc.array(tie("sequence"), { minLength: 1, maxLength: 2 }).map((parts) => parts.join("|")),
  sequence: fc.array(tie("element"), { maxLength: 3 }).map((parts) => parts.join("")),
  element: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 3, arbitrary: tie("atom") },
    { weight: 2, arbitrary: fc.tuple(tie("atom"), fc.constantFrom(...counts)).map((parts) => parts.join("")) },
    { weight: 1, arbitrary: fc.constantFrom(...assertions) },
  ),
  atom: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: fc.constantFrom(...units) },
    { weight: 2, arbitrary: tie("pattern").map((inner) => `(${inner})`) },
    { weight: 1, arbitrary: tie("pattern").map((inner) => `(?:${inner})`) },
  ),
})).pattern;

const extras = ["(?=", "(?!", "(?<=", "(?<!"];
/** With lookarounds and backreferences, too. */
const anyPattern = fc
  .oneof(
    pattern,
    fc.tuple(pattern, fc.constantFrom(...extras), pattern, pattern).map(([a, open, b, c]) => `${a}${open}${b})${c}`),
    fc.tuple(pattern, pattern).map(([a, b]) => `(${a})${b}${String.raw`\1`}`),
  )
  // Longer ones take the native engine too long.
  .filter((source) => source.length <= 60);
const input = fc.string({ unit: fc.constantFrom(...letters), maxLength: 9 });
/** Anchored ones with paths at their beginning are rare among the others. */
const shaped = fc.oneof(
  anyPattern,
  fc.tuple(fc.constantFrom("^", "^a", "^ab/", "^a/b", "^(a/b)"), anyPattern).map((parts) => parts.join("")),
  fc.tuple(anyPattern, fc.constantFrom("$", "/", "(/.*)?$")).map((parts) => parts.join("")),
);

function native(source: string, ignoreCase: boolean, text: string): string[] | null {
  const found = new RegExp(source, ignoreCase ? "i" : "").exec(text);
  return found === null ? null : Array.from(found, (group: string | undefined) => group ?? "");
}

const numRuns = 3000;

describe("random patterns", () => {
  it("match what the native engine matches, in whichever engine they run", () => {
    const engines = new Map<string, number>();
    fc.assert(
      fc.property(anyPattern, fc.boolean(), fc.array(input, { minLength: 5 }), (source, ignoreCase, inputs) => {
        const result = compilePattern(source, "ecmascript", ignoreCase);
        const engine = result.ok ? result.pattern.engine : "refused";
        engines.set(engine, (engines.get(engine) ?? 0) + 1);
        if (!result.ok) return;
        assert.equal(result.pattern.groups, (new RegExp(`${source}|`).exec("")?.length ?? 0) - 1);
        for (const text of inputs) assert.deepEqual(result.pattern.match(text), native(source, ignoreCase, text), text);
      }),
      { numRuns },
    );
    for (const engine of ["native", "linear", "refused"]) assert.ok((engines.get(engine) ?? 0) > numRuns / 100, engine);
  });

  it("match what the native engine matches wherever the linear one takes them", () => {
    let taken = 0;
    fc.assert(
      fc.property(pattern, fc.boolean(), fc.array(input, { minLength: 5 }), (source, ignoreCase, inputs) => {
        const parsed = parseEcmascript(source);
        const linear = parsed.ok && source.length <= 60 ? compileLinear(parsed.tree, ignoreCase) : null;
        if (linear === null) return;
        taken += 1;
        for (const text of inputs) assert.deepEqual(linear.match(text), native(source, ignoreCase, text), text);
      }),
      { numRuns },
    );
    assert.ok(taken > numRuns / 2);
  });

  it("match within the path they are bound to", () => {
    fc.assert(
      fc.property(shaped, fc.boolean(), fc.array(input, { minLength: 5 }), (source, ignoreCase, inputs) => {
        const key = pathKey(source, "ecmascript");
        if (key === null) return;
        for (const text of [...inputs, ...inputs.map((rest) => key + rest)]) {
          if (native(source, ignoreCase, text) === null) continue;
          assert.ok(`${text.toLowerCase()}/`.startsWith(`${key}/`), JSON.stringify({ key, text }));
        }
      }),
      { numRuns },
    );
  });

  it("match all lines where they are said to", () => {
    fc.assert(
      fc.property(shaped, fc.boolean(), fc.array(input, { minLength: 5 }), (source, ignoreCase, inputs) => {
        if (!matchesAll(source, "ecmascript")) return;
        for (const text of inputs.map((one) => one.replaceAll("\n", ""))) {
          assert.notEqual(native(source, ignoreCase, text), null, JSON.stringify(text));
        }
      }),
      { numRuns },
    );
  });

  it("span no more than they are said to", () => {
    fc.assert(
      fc.property(shaped, fc.boolean(), fc.array(input, { minLength: 5 }), (source, ignoreCase, inputs) => {
        const longest = longestMatch(source, "ecmascript");
        for (const text of inputs) {
          const found = native(source, ignoreCase, text)?.[0] ?? "";
          assert.ok(longest === "any" || (longest === "line" ? !found.includes("\n") : found.length <= longest), found);
        }
      }),
      { numRuns },
    );
  });

  it("are a name where they are said to be one", () => {
    const part = fc.constantFrom(
      "^",
      "$",
      "a",
      String.raw`\.`,
      ".",
      "b",
      String.raw`(:\d+)?`,
      "(:[0-9]*)?",
      "*",
      "(.*)",
      "b?",
      "(a)",
    );
    const host = fc.string({ unit: fc.constantFrom("a", "b", ".", "B"), maxLength: 4 });
    const port = fc.constantFrom("", ":1", ":443");
    const source = fc.oneof(
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join("")),
      fc.array(part, { maxLength: 4 }).map((parts) => `^a${parts.join("")}$`),
    );
    fc.assert(
      fc.property(source, fc.array(fc.tuple(host, port), { minLength: 20, maxLength: 40 }), (text, values) => {
        const literal = isValid(text) ? literalHost(text, "ecmascript") : null;
        if (literal === null) return;
        for (const [name, suffix] of [...values, [literal.host, ""], [literal.host, ":443"]] as const) {
          const value = `${name}${suffix}`.toLowerCase();
          const means: Readonly<Record<typeof literal.form, boolean>> = {
            exact: value === literal.host,
            "any-port": name.toLowerCase() === literal.host,
            prefix: value.startsWith(literal.host),
          };
          assert.equal(
            native(text, true, name + suffix) !== null,
            means[literal.form],
            JSON.stringify({ literal, value }),
          );
        }
      }),
      { numRuns },
    );
  });
});

function isValid(source: string): boolean {
  try {
    return new RegExp(source).source !== "";
  } catch {
    return false;
  }
}
