import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseResponseHead, ResponseHead as ParsedHead } from "../src/http/response-head.ts";
import { compileOutboundRules } from "../src/rules/outbound/compile-outbound.ts";
import type { RulesConfig } from "../src/rules/rule-config.ts";
import type { ForwardOutcome } from "../src/rules/rule-outcome.ts";
import type { RuleRequest } from "../src/rules/rule-request.ts";
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
          assert.equal(
            linesOf(engineHeaders(config, { request, inbound }, response)),
            linesOf(blocks[1] ?? ""),
            "the engine",
          );
        });
      }
    }
  });
}

/** What the product makes of it, by the changes that it asks for. */
function engineHeaders(
  config: RulesConfig,
  ruled: { readonly request: RuleRequest; readonly inbound: ForwardOutcome },
  { status, headers }: ResponseHead,
): string {
  const head = new ParsedHead();
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const text = Buffer.from(`HTTP/1.1 ${status} X\r\n${lines}\r\n`).toString("latin1");
  assert.equal(parseResponseHead(text, head, "GET"), null);
  const changes = compileOutboundRules(config)?.apply(ruled, head, () => undefined) ?? null;
  const changed = new Map(changes?.headers);
  const kept = headers.filter(([name]) => !changed.has(name.toLowerCase()));
  const added = [...changed].flatMap(([name, values]) => values.map((value): HeaderLine => [name, value]));
  return textOf({ status: changes?.status ?? status, headers: [...kept, ...added] });
}

/** Where a header stands and how its name is spelt means nothing. */
function linesOf(text: string): string {
  const [status, ...lines] = text.split("\n");
  return [status, ...lines.map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase())).toSorted()].join("\n");
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
