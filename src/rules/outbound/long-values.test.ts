import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { rulesOf } from "../../../test/support/rules.ts";
import { parseResponseHead, ResponseHead } from "../../http/response-head.ts";
import { untouched } from "../rule-outcome.ts";
import { compileOutboundRules } from "./compile-outbound.ts";

function rewritten(pattern: string, value: string, { body, field }: { readonly body: string; readonly field: string }) {
  const rule = `{ name: r, pattern: ${JSON.stringify(pattern)}, value: ${JSON.stringify(value)} }`;
  const rules = compileOutboundRules(rulesOf(`outboundRules: [${rule}]`));
  const head = new ResponseHead();
  assert.equal(parseResponseHead("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", head, "GET"), null);
  const start = "GET / HTTP/1.1\r\n";
  const request = {
    method: "GET",
    target: "/",
    host: "a.x",
    https: true,
    version: "1.1" as const,
    head: `${start}Host: a.x\r\nX-Long: ${field}\r\n\r\n`,
    fieldsStart: start.length,
    clientAddress: "192.0.2.7",
    clientPort: 50_123,
    localAddress: "10.0.0.1",
    localPort: 443,
  };
  const rewriter = rules?.apply({ request, inbound: untouched }, head, () => undefined)?.body;
  assert.ok(rewriter);
  return Buffer.concat([rewriter.write(Buffer.from(body)), rewriter.end()]).toString();
}

describe("what an outbound rule puts into a body", () => {
  it("does not multiply what a client has sent", () => {
    const body = "x".repeat(4000);
    assert.equal(rewritten("x", "{HTTP_X_LONG}", { body, field: "y".repeat(100_000) }), body);
    assert.equal(rewritten("x", "{HTTP_X_LONG}", { body: "axb", field: "y".repeat(4000) }), `a${"y".repeat(4000)}b`);
  });

  it("may be as long as the match, and the rule's own text", () => {
    const long = "&".repeat(50_000);
    assert.equal(
      rewritten("<(&*)>", "{HtmlEncode:{R:1}}", { body: `<${long}>`, field: "" }),
      long.replaceAll("&", "&amp;"),
    );
    assert.equal(rewritten("x", long, { body: "x", field: "" }), long);
  });
});
