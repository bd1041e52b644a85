import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { durationOrOffSchema, durationSchema, durationText, percentageSchema, sizeSchema } from "./units.ts";

describe("durations", () => {
  for (const [written, ms] of [
    ["5s", 5000],
    ["1500ms", 1500],
    ["35m", 2_100_000],
    ["1h", 3_600_000],
    ["0.5s", 500],
  ] as const) {
    it(`${written} is ${ms} ms`, () => assert.equal(durationSchema.parse(written), ms));
  }

  for (const written of ["5", 5, "5 s", "5S", "-1s", "0s", "off", "1d", "577h", "1e3s", ".5s", ""]) {
    it(`${JSON.stringify(written)} is none`, () => assert.equal(durationSchema.safeParse(written).success, false));
  }

  it("may be off where that is allowed", () => assert.equal(durationOrOffSchema.parse("off"), 0));

  it("are written the way they are read", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 576 * 3_600_000 }), (ms) => durationSchema.parse(durationText(ms)) === ms),
    );
    assert.deepEqual([0, 90_000, 120_000, 3_600_000].map(durationText), ["off", "90s", "2m", "1h"]);
  });
});

describe("sizes", () => {
  const schema = sizeSchema("1KiB", "1MiB");
  it("have binary units", () =>
    assert.deepEqual(
      ["64KiB", "1MiB", "2048B"].map((text) => schema.parse(text)),
      [65_536, 1_048_576, 2048],
    ));
  for (const written of ["64KB", "1023B", "2MiB", 4096, "64 KiB"]) {
    it(`${JSON.stringify(written)} is none within the limits`, () =>
      assert.equal(schema.safeParse(written).success, false));
  }
});

describe("percentages", () => {
  it("are fractions", () => assert.equal(percentageSchema(90).parse("20%"), 0.2));
  for (const written of ["91%", "20", 0.2, "-1%"]) {
    it(`${JSON.stringify(written)} is none within the limits`, () =>
      assert.equal(percentageSchema(90).safeParse(written).success, false));
  }
});
