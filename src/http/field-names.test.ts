import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fieldNames, findFieldName } from "./field-names.ts";

describe("a known field name", () => {
  const names = fieldNames({ host: 1, te: 2, "x-a1": 3, "x-b1": 4, "content-length": 5 });
  const find = (name: string) => findFieldName(names, `:${name}:`, 1, 1 + name.length);

  it("is found whatever its case", () => {
    assert.deepEqual(["host", "HOST", "hOsT", "tE", "X-a1", "x-B1", "Content-LENGTH"].map(find), [1, 1, 1, 2, 3, 4, 5]);
  });

  it("is not taken for another whose characters differ in one bit only", () => {
    // 0x20 makes a letter of another case, but no hyphen of a CR and no digit of a control.
    const others = ["x\ra1", "x-a\x11", "x-c1", "x_a1", "\x48os\x14", "hos", "hostt", "", "a".repeat(100)];
    for (const name of others) assert.equal(find(name), 0, JSON.stringify(name));
  });
});
