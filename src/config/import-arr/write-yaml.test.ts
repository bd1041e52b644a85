import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { parse } from "yaml";
import { comment, scalar, yamlOf } from "./write-yaml.ts";

describe("YAML that is written", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    ["mail.*", "mail.*"],
    ["*.example.com", '"*.example.com"'],
    ["^owa(/.*)?$", '"^owa(/.*)?$"'],
    [String.raw`^a\.b$`, String.raw`'^a\.b$'`],
    ["it's \\", String.raw`'it''s \'`],
    ["{HTTP_HOST}", '"{HTTP_HOST}"'],
    ["https://a.b:8443", "https://a.b:8443"],
    ["10.0.0.21", "10.0.0.21"],
    ["1.5", '"1.5"'],
    ["200", '"200"'],
    ["off", '"off"'],
    ["No", '"No"'],
    ["", '""'],
    ["No server", "No server"],
    ["a: b", '"a: b"'],
    ["a\nb", String.raw`"a\nb"`],
    [200, "200"],
    [true, "true"],
  ];
  for (const [value, text] of cases)
    it(`has ${JSON.stringify(value)} as ${text}`, () => assert.equal(scalar(value), text));

  it("reads as what was written, whatever it is", () => {
    const leaf = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.integer(), fc.boolean());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((key) => key !== "__proto__"),
          tie("tree"),
          { maxKeys: 3 },
        ),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("a", "b c", "10.0.0.1", "no"), tree, { minKeys: 1 }), (value) => {
        assert.deepEqual(JSON.parse(JSON.stringify(parse(yamlOf(value)))), JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  it("puts foreign text into comments that stay comments", () => {
    assert.equal(comment("a\nlisten: b\u2028c"), "# a listen: b c");
    assert.ok(
      comment("word ".repeat(100))
        .split("\n")
        .every((line) => line.startsWith("# ") && line.length <= 120),
    );
  });
});
