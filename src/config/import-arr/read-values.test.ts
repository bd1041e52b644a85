import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ImportFindings } from "./import-finding.ts";
import { timeSpanMs, Values } from "./read-values.ts";
import { readXml } from "./read-xml.ts";

function valuesOf(xml: string): { values: Values; findings: ImportFindings } {
  const read = readXml(xml);
  assert.ok(read.ok);
  const findings = new ImportFindings();
  return { values: new Values(read.root, findings), findings };
}

describe("a time span", () => {
  const cases: readonly (readonly [string, number | null])[] = [
    ["00:00:30", 30_000],
    ["1.02:03:04", 93_784_000],
    ["00:02", 120_000],
    ["00:00:00.5", 500],
    ["23:59:59", 86_399_000],
    ["24:00:00", null],
    ["30", null],
    ["-00:00:30", null],
    ["00:60:00", null],
    ["", null],
  ];
  for (const [text, ms] of cases) it(`${JSON.stringify(text)} is ${ms}`, () => assert.equal(timeSpanMs(text), ms));
});

describe("values of attributes", () => {
  it("are read whatever their case", () => {
    const { values, findings } = valuesOf('<a t="TRUE" f=" False " e="leastREQUESTS" n="7" s="00:00:01"/>');
    assert.equal(values.flag("t", false), true);
    assert.equal(values.flag("f", true), false);
    assert.equal(values.choice("e", ["LeastRequests"], "LeastRequests"), "LeastRequests");
    assert.equal(values.whole("n", 0), 7);
    assert.equal(values.span("s", 0), 1000);
    assert.equal(values.flag("missing", true), true);
    assert.deepEqual(findings.all(), []);
  });

  it("are told of with their place where they are none, and the default is taken", () => {
    const { values, findings } = valuesOf('<a\n t="maybe"\n n="-1"/>');
    assert.equal(values.flag("t", true), true);
    assert.equal(values.whole("n", 3), 3);
    assert.deepEqual(
      findings
        .all()
        .map(({ kind, line, column, read, result, consequence }) => [kind, line, column, read, result, consequence]),
      [
        ["changed", 2, 2, '<a t="maybe">', "not understood: expected true or false", "true is taken"],
        ["changed", 3, 2, '<a n="-1">', "not understood: expected a whole number", "3 is taken"],
      ],
    );
  });
});
