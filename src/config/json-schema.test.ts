import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { configJsonSchema } from "./json-schema.ts";
import { createPreset } from "./preset.ts";

const preset = createPreset("A block.", z.strictObject({ name: z.string() }), () => ({
  farms: {},
  routes: [],
  origins: [],
  problems: [],
  warnings: [],
}));
const schema = configJsonSchema({ block: preset });

/** Every key of every map in the schema, as path and schema. */
function* keys(node: unknown, path: string): Generator<readonly [string, Readonly<Record<string, unknown>>]> {
  if (typeof node !== "object" || node === null) return;
  for (const [name, part] of Object.entries(node)) {
    if (name === "properties") {
      for (const [key, value] of Object.entries<Readonly<Record<string, unknown>>>(part))
        yield [`${path}.${key}`, value];
    }
    yield* keys(part, `${path}.${name}`);
  }
}

describe("the JSON Schema", () => {
  it("is one that can be read, with the presets in it", () => {
    const read = z.fromJSONSchema(schema);
    const document = {
      listen: [{ port: 443 }],
      servers: { a: "a" },
      routes: [{ farm: "f" }],
      farms: { f: { servers: ["a"], timeouts: { idle: "off" } } },
      block: { name: "x" },
    };
    assert.equal(read.safeParse(document).error, undefined);
    assert.equal(
      read.safeParse({ ...document, farms: { f: { servers: ["a"], timeouts: { idle: "soon" } } } }).success,
      false,
    );
    assert.equal(read.safeParse({ ...document, block: {} }).success, false);
    assert.equal(read.safeParse({ ...document, frams: {} }).success, false);
  });

  it("describes every key", () => {
    const undescribed = [...keys({ properties: schema["properties"] }, "")].filter(
      ([, key]) => typeof key["description"] !== "string",
    );
    assert.deepEqual(
      undescribed.map(([path]) => path),
      ["..properties.block.name"].map((path) => path.replace("..", ".")),
    );
  });

  it("tells the built-in values", () => {
    const found = [...keys(schema, "")]
      .filter(([, key]) => "default" in key)
      .map(([path, key]) => `${path.split(".").at(-1)}=${JSON.stringify(key["default"])}`);
    for (const expected of [
      'every="5s"',
      'jitter="20%"',
      'replay="64KiB"',
      'memberKeepAlive="55s"',
      "fall=2",
      "port=9900",
    ])
      assert.ok(found.includes(expected), expected);
  });
});
