import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemOf, readRetryAfter } from "./acme-problem.ts";

const urn = "urn:ietf:params:acme:error:";

describe("what an authority says is wrong", () => {
  const cases: readonly (readonly [unknown, string, string])[] = [
    [{ type: `${urn}rateLimited`, detail: "too many" }, "too many (rateLimited)", "rateLimited"],
    [{ type: "about:blank", detail: "no" }, "no", ""],
    [{ type: `${urn}malformed` }, "otherwise (malformed)", "malformed"],
    [{ type: `${urn}dns`, detail: "line\r\n\u001B[31mtwo" }, "line [31mtwo (dns)", "dns"],
    [
      {
        type: `${urn}compound`,
        detail: "some failed",
        subproblems: [
          { type: `${urn}dns`, detail: "none", identifier: { type: "dns", value: "a.test" } },
          { detail: "more" },
        ],
      },
      "some failed; a.test: none; more (compound)",
      "compound",
    ],
    [{ type: 1, detail: { a: 1 }, subproblems: "x" }, "otherwise", ""],
    ["<html>", "otherwise", ""],
    [undefined, "otherwise", ""],
    [null, "otherwise", ""],
  ];
  for (const [document, message, type] of cases) {
    it(`${JSON.stringify(document)} is "${message}"`, () => {
      const problem = problemOf(document, "otherwise", 7);
      assert.deepEqual([problem.message, problem.type, problem.retryAfterMs], [message, type, 7]);
    });
  }

  it("is cut where it is long", () => assert.equal(problemOf({ detail: "x".repeat(5000) }, "").message.length, 1000));
});

describe("Retry-After", () => {
  const now = Date.UTC(2030, 0, 1, 12);
  const cases: readonly (readonly [unknown, number])[] = [
    ["120", 120_000],
    ["0", 0],
    ["-5", 0],
    ["Tue, 01 Jan 2030 12:01:00 GMT", 60_000],
    ["Tue, 01 Jan 2030 11:01:00 GMT", 0],
    ["soon", 0],
    [undefined, 0],
    [["1"], 0],
  ];
  for (const [written, ms] of cases)
    it(`${JSON.stringify(written)} is ${ms} ms`, () => assert.equal(readRetryAfter(written, now), ms));
});
