import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { allParts, templateParts, type TemplatePart } from "./template-parts.ts";

/** As it could have been written. */
function written(parts: readonly TemplatePart[]): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "capture") return `{${part.of === "rule" ? "R" : "C"}:${part.group}}`;
      if (part.kind === "variable") return `{${part.name}}`;
      return `{${part.name}:${written(part.argument)}}`;
    })
    .join("");
}

/** The parts, each in brackets that say its kind. */
function shown(template: string): string {
  const show = (parts: readonly TemplatePart[]): string =>
    parts
      .map((part) => {
        if (part.kind === "function" || part.kind === "map") return `${part.kind}(${part.name}|${show(part.argument)})`;
        return `${part.kind}(${part.kind === "text" ? part.text : written([part])})`;
      })
      .join(" ");
  return show(templateParts(template));
}

const cases: readonly (readonly [template: string, parts: string])[] = [
  ["", ""],
  ["/a", "text(/a)"],
  ["/{R:1}/{c:0}?{HTTP_HOST}", "text(/) capture({R:1}) text(/) capture({C:0}) text(?) variable({HTTP_HOST})"],
  ["{http-host}", "variable({HTTP_HOST})"],
  ["{R:999}{R:1000}", "capture({R:999}) map(R|text(1000))"],
  ["{ToLower:{R:1}x}", "function(tolower|capture({R:1}) text(x))"],
  ["{My map.2:{URL}}", "map(My map.2|variable({URL}))"],
  ["{M:}", "map(M|)"],
  ["{M:a:b}", "map(M|text(a:b))"],
  ["{M:{N:{R:1}}}", "map(M|map(N|capture({R:1})))"],
  // A brace without its partner is text.
  ["{", "text({)"],
  ["}", "text(})"],
  ["}{", "text(}{)"],
  ["{R:1", "text({R:1)"],
  ["R:1}", "text(R:1})"],
  ["{a{R:1}", "text({a) capture({R:1})"],
  ["{R:1}}", "capture({R:1}) text(})"],
  ["{ToLower:{R:1}", "text({ToLower:) capture({R:1})"],
  ["}}{{R:1}{", "text(}}{) capture({R:1}) text({)"],
  // So are braces around what is no name.
  ["{}", "text({})"],
  ["{ HTTP_HOST }", "text({ HTTP_HOST })"],
  ["{:x}", "text({:x})"],
  ["{ a:x}", "text({ a:x})"],
  ["a{2}", "text(a{2})"],
  ['{"a": {"b": "{URL}"}}', 'text({"a": {"b": ") variable({URL}) text("}})'],
  ["{{R:1}}", "text({) capture({R:1}) text(})"],
  ["{\n  a: {URL}\n}", "text({\n  a: ) variable({URL}) text(\n})"],
];

function nested(levels: number): string {
  return `${"{ToLower:".repeat(levels)}{R:1}${"}".repeat(levels)}`;
}

describe("a template", () => {
  for (const [template, parts] of cases) {
    it(`${JSON.stringify(template)} is taken apart`, () => assert.equal(shown(template), parts));
  }

  it("is all in its parts, whatever is written", () => {
    const pieces = fc.constantFrom("{", "}", "R:1", "C:2", "URL", "M:", "tolower:", '"', " ", "x", ":");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (some) => {
        const template = some.join("");
        const parts = templateParts(template);
        assert.equal(written(parts).toLowerCase(), template.toLowerCase());
        const texts = parts.map(({ kind }) => kind);
        assert.ok(!texts.some((kind, index) => kind === "text" && texts[index + 1] === "text"));
      }),
      { numRuns: 2000 },
    );
  });

  it("may be nested, deeper than anybody writes without failing", () => {
    assert.equal([...allParts(templateParts(nested(40)))].length, 41);
    assert.ok([...allParts(templateParts(nested(20_000)))].length < 100);
    assert.equal(shown("{".repeat(100_000)).length, 100_006);
    assert.equal(shown("{".repeat(10_000) + "}".repeat(10_000)).length, 20_006);
  });
});
