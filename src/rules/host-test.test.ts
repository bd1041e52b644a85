import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { heldBytes } from "../../test/support/held-memory.ts";
import { compileHostTest, createHostNames } from "./host-test.ts";

const cases: readonly (readonly [host: string, yes: readonly string[], no: readonly string[]])[] = [
  ["mail.x", ["mail.x"], ["a.mail.x", "mail.x.y", "mailx", ""]],
  ["*.x", ["mail.x", "a.b.x", ".x.x"], ["x", ".x", "ax", "mail.x.y", ""]],
  ["mail.*", ["mail.x", "mail.x.y"], ["mail", "mail.", "mailer.x", "a.mail.x", ""]],
  ["[::1]", ["[::1]"], ["::1", ""]],
];

describe("the host of a rule", () => {
  for (const [host, yes, no] of cases) {
    it(`${host} is for ${yes.join(", ")} alone`, () => {
      const test = compileHostTest(host);
      assert.deepEqual(yes.filter(test), yes);
      assert.deepEqual(no.filter(test), []);
    });
  }
});

describe("the name in a Host", () => {
  it("is told once and remembered, malformed ones too", () => {
    const names = createHostNames();
    for (const _ of [1, 2]) {
      assert.equal(names("MAIL.x.:8443"), "mail.x");
      assert.equal(names("a b"), null);
      assert.equal(names(""), null);
      assert.equal(names("[::1]:80"), "[::1]");
    }
  });

  it("is remembered for so many at most, and without the head it stood in", () => {
    const names = createHostNames();
    const held = heldBytes(() => {
      for (let index = 0; index < 5000; index++) {
        const text = `GET / HTTP/1.1\r\nHost: host-${index}.example.test\r\nX: ${"x".repeat(10_000)}\r\n\r\n`;
        const head = Buffer.from(text, "latin1").toString("latin1");
        const at = head.indexOf("host-");
        names(head.slice(at, head.indexOf("\r\n", at)));
      }
      return names;
    });
    assert.ok(held < 4_000_000, `${held} bytes`);
    assert.equal(names("host-1.example.test"), "host-1.example.test");
  });
});
