import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseProtocol } from "./alpn-choice.ts";

const both = ["h2", "http/1.1"];

test("HTTP/2 is offered under every name that does not need HTTP/1.1", () => {
  const http1Hosts = ["ews.a.test", "*.b.test", "mail.*"];
  for (const [name, offered, expected] of [
    ["owa.a.test", both, "h2"],
    ["owa.a.test", ["h2"], "h2"],
    ["owa.a.test", ["http/1.1"], "http/1.1"],
    ["owa.a.test", ["http/1.0"], undefined],
    ["EWS.a.test", both, "http/1.1"],
    ["ews.a.test", ["h2"], undefined],
    ["x.y.b.test", both, "http/1.1"],
    ["b.test", both, "h2"],
    ["Mail.c.test", both, "http/1.1"],
    ["email.c.test", both, "h2"],
    [null, both, "http/1.1"],
  ] as const) {
    assert.equal(chooseProtocol({ http1Hosts }, name, offered), expected, `${name} ${offered.join()}`);
  }
  assert.equal(chooseProtocol({ http1Hosts: [] }, null, both), "h2");
  assert.equal(chooseProtocol({ http1Hosts: ["*"] }, "a.test", both), "http/1.1");
  assert.equal(chooseProtocol(null, "a.test", both), "http/1.1");
});
