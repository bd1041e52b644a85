import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { namesConnectionAuth } from "./connection-auth.ts";

describe("a scheme that authenticates the connection", () => {
  const named: readonly string[] = [
    "NTLM",
    "ntlm",
    "NTLM TlRMTVNTUAAC",
    "Negotiate",
    "nEGOTIATE oYG2",
    "Nego2",
    'Basic realm="x", NTLM',
    'Basic realm="x",NTLM',
    'Basic realm="x",\tNegotiate',
    "Bearer, Negotiate, NTLM",
    " NTLM",
  ];
  for (const value of named) {
    it(`is named by ${JSON.stringify(value)}`, () => assert.equal(namesConnectionAuth(value), true));
  }

  const others: readonly string[] = [
    "",
    'Basic realm="mail"',
    "Bearer",
    'Digest realm="x", nonce="y"',
    'Basic realm="xntlm"',
    "xNTLM",
    "renegotiate",
  ];
  for (const value of others) {
    it(`is not named by ${JSON.stringify(value)}`, () => assert.equal(namesConnectionAuth(value), false));
  }

  it("is rather seen in a realm than missed", () => assert.equal(namesConnectionAuth('Basic realm="no ntlm"'), true));
});
