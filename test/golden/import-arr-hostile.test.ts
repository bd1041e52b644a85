import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { importArr } from "../../src/config/import-arr/import-arr.ts";
import { goldenBytes } from "../support/golden-import.ts";

const options = { certificate: "certificate.pem" };
const sample = Buffer.from(goldenBytes("kitchen-sink")).toString();

describe("a file that is cut off", () => {
  for (let part = 0; part < 20; part += 1) {
    it(`at ${part} twentieths of its length is refused with what was expected`, () => {
      const result = importArr(Buffer.from(sample.slice(0, Math.floor((sample.length * part) / 20))), options);
      assert.ok(!result.ok);
      assert.match(result.message, /expected|not well-formed/);
      const lines = sample.split("\n");
      assert.ok(result.place.line >= 1 && result.place.line <= lines.length);
    });
  }
});

function bigFile(bytes: number, separator: string): Buffer {
  const rule = `<rule name="NAME" stopProcessing="true"><match url="^NAME(/.*)?$" /><action type="Rewrite" url="https://farm/{R:0}" unknown="x" /></rule>${separator}`;
  const noise = `<add key="NAME" value="${"v".repeat(200)}" other="1" />${separator}`;
  const parts: string[] = [];
  for (let size = 0, index = 0; size < bytes; index += 1) {
    const part = (index % 100 === 0 ? rule : noise.replace("<add", "<skipped")).replaceAll("NAME", `n${index}`);
    parts.push(part);
    size += part.length;
  }
  const farm = '<webFarms><webFarm name="farm"><server address="a" /></webFarm></webFarms>';
  return Buffer.from(
    `<configuration>${farm}<system.webServer><rewrite><globalRules>${parts.join("")}</globalRules></rewrite></system.webServer></configuration>`,
  );
}

function timeOf(bytes: Buffer): number {
  const start = performance.now();
  const result = importArr(bytes, options);
  assert.ok(result.ok);
  return performance.now() - start;
}

describe("a large file", () => {
  for (const [name, separator] of [
    ["of many lines", "\n"],
    ["of one line", ""],
  ] as const) {
    it(`${name} takes time in proportion to its size`, () => {
      timeOf(bigFile(200_000, separator));
      const small = Math.min(timeOf(bigFile(2_000_000, separator)), timeOf(bigFile(2_000_000, separator)));
      const large = timeOf(bigFile(20_000_000, separator));
      assert.ok(large < small * 60, `2 MB took ${small} ms, 20 MB ${large} ms`);
    });
  }

  it("of too many rules is refused", () => {
    const rule = '<rule name="a" stopProcessing="true"><match url=".*" /></rule>';
    const rules = (count: number): Buffer =>
      Buffer.from(
        `<configuration><system.webServer><rewrite><rules>${rule.repeat(count)}</rules></rewrite></system.webServer></configuration>`,
      );
    assert.ok(importArr(rules(2000), options).ok);
    const result = importArr(rules(20_001), options);
    assert.ok(!result.ok);
    assert.match(result.message, /more than 20000 rules are not read/);
  });

  it("of more than 64 MiB is refused", () => {
    const result = importArr(Buffer.alloc(64 * 1024 * 1024 + 1, " "), options);
    assert.ok(!result.ok);
    assert.match(result.message, /at most 67108864 \(64 MiB\) are read/);
  });
});
