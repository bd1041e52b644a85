import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readTraceContext } from "./trace-context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";
const ids = `${traceId}-${parentId}`;

describe("a traceparent", () => {
  for (const [value, sampled] of [
    [`00-${ids}-00`, false],
    [`00-${ids}-01`, true],
    [`00-${ids}-03 \t`, true],
    [`cc-${ids}-01-what-the-future-brings`, true],
    [`cc-${ids}-00`, false],
  ] as const) {
    it(`${value} is one`, () => {
      const head = `GET / HTTP/1.1\r\nHost: a\r\nTraceParent: ${value}\r\n\r\n`;
      assert.deepEqual(readTraceContext(head), { traceId, parentId, sampled });
    });
  }

  for (const value of [
    "",
    `ff-${ids}-01`,
    `00-${ids}-01-more`,
    `cc-${ids}-01more`,
    `00-${ids.toUpperCase()}-01`,
    `00-${"0".repeat(32)}-${parentId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${ids}`,
    `00-${ids}-0g`,
    `0-${ids}-01`,
    `00-${ids}-01, 00-${ids}-01`,
    `00-${ids}-01\r\ntraceparent: 00-${ids}-01`,
  ]) {
    it(`${JSON.stringify(value)} is none`, () => {
      assert.equal(readTraceContext(`GET / HTTP/1.1\r\ntraceparent: ${value}\r\nHost: a\r\n\r\n`), null);
    });
  }

  it("may be missing", () => assert.equal(readTraceContext("GET / HTTP/1.1\r\nx-traceparent: 1\r\n\r\n"), null));
});
