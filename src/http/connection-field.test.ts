import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConnectionOptions, readConnection } from "./connection-field.ts";

function optionsOf(...values: string[]): ConnectionOptions {
  const options = new ConnectionOptions();
  for (const value of values) assert.equal(readConnection(value, options), null);
  return options;
}

describe("Connection", () => {
  const cases: readonly (readonly [value: string, expected: Partial<ConnectionOptions>])[] = [
    ["", {}],
    [",", {}],
    [" , ,\t", {}],
    ["close", { close: true }],
    ["CLOSE", { close: true }],
    ["keep-alive", { keepAlive: true }],
    ["Keep-Alive, Upgrade", { keepAlive: true, upgrade: true }],
    ["upgrade", { upgrade: true }],
    ["close,close", { close: true }],
    ["\tclose ,\t keep-alive", { close: true, keepAlive: true }],
    ["X-One", { names: ["x-one"] }],
    ["X-One, te,  Cookie", { names: ["x-one", "te", "cookie"] }],
    ["closed", { names: ["closed"] }],
  ];
  for (const [value, expected] of cases) {
    it(`${JSON.stringify(value)} is read`, () => {
      assert.deepEqual(optionsOf(value), Object.assign(new ConnectionOptions(), expected));
    });
  }

  const malformed: readonly string[] = [
    "a b",
    "close;",
    'close"',
    "keep-alive; timeout=5",
    "a, b c",
    "(x)",
    "\xa0close",
    "x, close\xa0",
    "\xe9",
    "host",
    "Host",
    "x, HOST",
    "content-length",
    "Transfer-Encoding , x",
  ];
  for (const value of malformed) {
    it(`${JSON.stringify(value)} is refused`, () => {
      assert.notEqual(readConnection(value, new ConnectionOptions()), null);
    });
  }

  it("adds up over several lines", () => {
    const expected = { keepAlive: true, upgrade: true, names: ["a", "b"] };
    assert.deepEqual(optionsOf("a", "keep-alive", "upgrade, b"), Object.assign(new ConnectionOptions(), expected));
  });

  it("is empty again after clear", () => {
    const options = optionsOf("close, keep-alive, upgrade, x");
    options.clear();
    assert.deepEqual(options, new ConnectionOptions());
  });

  it("takes time in proportion to its length", () => {
    const start = performance.now();
    for (const part of [" ", ",", "\t ", " ,", "a,"])
      readConnection(`x${part.repeat(100_000)}y`, new ConnectionOptions());
    assert.ok(performance.now() - start < 2_000);
  });
});
