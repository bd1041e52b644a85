import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exchangePreset } from "../../src/exchange/exchange-preset.ts";
import { interpret } from "../../src/config/interpret.ts";
import { documentText } from "../../src/config/import-arr/document-text.ts";
import { standInCertificate } from "../../src/cli/stand-in-certificate.ts";
import { systemClock } from "../../src/util/clock.ts";
import { goldenNames, goldenText, importGolden, yamlAndFindings } from "../support/golden-import.ts";

// `node scripts/golden-import.mjs` writes what comes out now; read the difference before you keep it.

const certificate = Buffer.from(await standInCertificate(["localhost"], systemClock));

function problemsOf(yaml: string): readonly string[] {
  const draft = interpret(yaml, "f.yaml", { exchange: exchangePreset });
  const files = new Map([["certificate.pem", { ok: true, bytes: certificate } as const]]);
  const result = draft.resolve({ files, env: {}, now: systemClock.now() });
  return result.ok ? [] : result.problems.map(({ line, message }) => `${line}: ${message}`);
}

describe("an imported configuration", () => {
  for (const name of goldenNames) {
    it(`is what it was: ${name}`, () => {
      const { yaml, text } = yamlAndFindings(importGolden(name));
      assert.equal(yaml, goldenText(name, "yaml"));
      assert.equal(text, goldenText(name, "txt"));
    });

    it(`is valid: ${name}`, () => {
      const imported = importGolden(name);
      assert.deepEqual(problemsOf(yamlAndFindings(imported).yaml), []);
      assert.deepEqual(problemsOf(documentText(imported.document, [])), []);
    });
  }
});
