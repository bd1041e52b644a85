import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { goldenFiles } from "./support/golden-file.ts";
import { outcomeText } from "./support/outcome-text.ts";
import { referenceOutcome } from "./support/reference-rules.ts";
import { engineOf } from "./support/rules-engine.ts";
import { rulesOfYaml } from "./support/rules-of-yaml.ts";

/*
 * test/golden/rules/: a file has sections, "=== title". Each is rules as they stand in a configuration, then requests,
 * separated by blank lines: "METHOD TARGET tls" or "… plain", headers, a line of dashes, the outcome. Only what is not as
 * it came is listed. All come from 192.0.2.7:50123 to 10.0.0.1, port 443 or 80.
 */
const files = goldenFiles("rules");

for (const { name, sections } of files) {
  describe(`golden rules in ${name}`, () => {
    for (const { title, yaml, cases } of sections) {
      const config = rulesOfYaml(yaml);
      const engine = engineOf(config);
      for (const { title: line, request, blocks } of cases) {
        it(`${title}, ${line}`, () => {
          assert.equal(outcomeText(referenceOutcome(config, request)), blocks[0], "the reference");
          assert.equal(outcomeText(engine(request)), blocks[0], "the engine");
        });
      }
    }
  });
}

describe("the golden rules", () => {
  it("are many", () => {
    const cases = files.flatMap(({ sections }) => sections.flatMap((section) => section.cases));
    assert.ok(cases.length >= 60, `${cases.length}`);
  });
});
