import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { goldenFiles } from "./support/golden-file.ts";
import { referenceHeaders, type HeaderLine, type ResponseHead } from "./support/reference-headers.ts";
import { referenceOutcome } from "./support/reference-rules.ts";
import { rulesByInterpret } from "./support/rules-by-interpret.ts";
import { rulesOfYaml } from "./support/rules-of-yaml.ts";

/*
 * test/golden/outbound-rules/: as the files of test/golden/rules/, but behind the request's line of dashes comes the
 * response of the member, status and headers, then another line of dashes and the response as the client gets it.
 */
for (const { name, sections } of goldenFiles("outbound-rules")) {
  describe(`golden outbound rules in ${name}`, () => {
    for (const { title, yaml, cases } of sections) {
      const config = rulesOfYaml(yaml);
      it(`${title}: is a configuration`, () => {
        const read = rulesByInterpret(yaml);
        if (read !== null) assert.deepEqual(read, config);
      });
      for (const { title: line, request, blocks } of cases) {
        it(`${title}, ${line}`, () => {
          const inbound = referenceOutcome(config, request);
          assert.ok(inbound !== "malformed" && inbound.kind === "forward", "the request is forwarded");
          const response = responseOf(blocks[0] ?? "");
          assert.equal(textOf(referenceHeaders(config, request, inbound, response)), blocks[1], "the reference");
        });
      }
    }
  });
}

function responseOf(text: string): ResponseHead {
  const [status, ...lines] = text.split("\n");
  const headers = lines.map((line): HeaderLine => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { status: Number(status), headers };
}

function textOf({ status, headers }: ResponseHead): string {
  return [status, ...headers.map(([name, value]) => `${name}: ${value}`.trimEnd())].join("\n");
}
