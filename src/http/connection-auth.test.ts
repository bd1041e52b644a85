import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mayAuthenticateConnection, offersConnectionAuth } from "./connection-auth.ts";

describe("a challenge that offers to authenticate the connection", () => {
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
    "Kerberos",
    "CredSSP",
  ];
  for (const value of named) {
    it(`is named by ${JSON.stringify(value)}`, () => assert.equal(offersConnectionAuth(value), true));
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
    it(`is not named by ${JSON.stringify(value)}`, () => assert.equal(offersConnectionAuth(value), false));
  }

  it("is rather seen in a realm than missed", () => assert.equal(offersConnectionAuth('Basic realm="no ntlm"'), true));
});

describe("credentials that could authenticate the connection", () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ["NTLM TlRM", true],
    ["Negotiate oYG2", true],
    ["Nego2 x", true],
    ["Kerberos YII", true],
    ["CredSSP TSRe", true],
    ["Something-New x", true],
    ["Basic eA==", false],
    ["bASIC\teA==", false],
    ["Bearer x", false],
    ["Digest username=x", false],
    ["", false],
  ];
  for (const [value, may] of cases) {
    it(`${JSON.stringify(value)}: ${may ? "yes" : "no"}`, () => assert.equal(mayAuthenticateConnection(value), may));
  }
});
